#include "wire/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <climits>

#include "base/error.h"

namespace thimble {
namespace {

class Inflater {
 public:
  explicit Inflater(ByteSpan file) {
    stream_.next_in = const_cast<Bytef*>(file.data());  // zlib does not write there
    stream_.avail_in = static_cast<uInt>(file.size());
    ensure(inflateInit2(&stream_, 15 + kGzip) == Z_OK, "zlib does not start");
  }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Bytes unpack(std::size_t expected, std::size_t max_bytes) {
    Bytes out(std::clamp<std::size_t>(expected, 1, max_bytes + 1));
    std::size_t done = 0;
    while (true) {
      if (done == out.size()) out.resize(std::min(out.size() * 2, max_bytes + 1));
      const std::size_t room = std::min<std::size_t>(out.size() - done, UINT_MAX);
      stream_.next_out = out.data() + done;
      stream_.avail_out = static_cast<uInt>(room);
      const int status = inflate(&stream_, Z_NO_FLUSH);
      done += room - stream_.avail_out;
      require(done <= max_bytes, "unpacks to more than {} bytes", max_bytes);
      if (status == Z_STREAM_END) {
        if (stream_.avail_in == 0) break;
        inflateReset(&stream_);  // another member follows
        continue;
      }
      require(status != Z_BUF_ERROR && (status != Z_OK || stream_.avail_in > 0 || stream_.avail_out == 0),
              "truncated gzip file");
      require(status == Z_OK, "damaged gzip file: {}", stream_.msg ? stream_.msg : "it cannot be unpacked");
    }
    out.resize(done);
    return out;
  }

 private:
  static constexpr int kGzip = 16;  // zlib's way to ask for gzip's header
  z_stream stream_{};
};

/// The last four bytes tell the unpacked size of the last member; deflate shrinks at most 1032 times.
std::size_t probable_size(ByteSpan file) {
  if (file.size() < 4) return 0;
  std::size_t size = 0;
  for (const std::uint8_t byte : {file.rbegin()[0], file.rbegin()[1], file.rbegin()[2], file.rbegin()[3]}) {
    size = size << 8 | byte;
  }
  return std::min(size, file.size() * 1032);
}

}  // namespace

bool is_gzip(ByteSpan file) { return file.size() >= 2 && file[0] == 0x1f && file[1] == 0x8b; }

Bytes gunzip(ByteSpan file, std::size_t max_bytes) {
  require(is_gzip(file), "not a gzip file");
  require(file.size() <= UINT_MAX, "a gzip file of {} bytes is not read", file.size());
  return Inflater(file).unpack(probable_size(file), max_bytes);
}

}  // namespace thimble
