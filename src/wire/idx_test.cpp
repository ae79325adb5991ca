#include "wire/idx.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "wire/gzip.h"

namespace thimble {
namespace {

using namespace std::string_literals;

const std::string kSmall = "\0\0\x08\x02\0\0\0\x02\0\0\0\x03"s + "abcdef";

Bytes gzip(std::string text) {
  Bytes out(text.size() + 100);
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

template <typename Body>
std::string fault(Body&& body) {
  try {
    body();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no fault";
}

TEST(Idx, ReadsPlainAndGzipped) {
  for (const NpyArray& array : {parse_idx(as_bytes(kSmall)), parse_idx(gzip(kSmall))}) {
    EXPECT_EQ(array.type, NpyType::kUint8);
    EXPECT_EQ(array.shape, (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(as_text(array.bytes), "abcdef");
  }
  const NpyArray wide = parse_idx(as_bytes("\0\0\x0b\x01\0\0\0\x02\x01\x02\xff\xfe"s));
  EXPECT_EQ(wide.values<std::int16_t>()[0], 0x0102);
  EXPECT_EQ(wide.values<std::int16_t>()[1], -2);
}

TEST(Idx, RefusesWithTheReason) {
  const auto with = [](const std::string& file) { return fault([&] { parse_idx(as_bytes(file)); }); };
  EXPECT_EQ(with(""), "not an IDX file");
  EXPECT_EQ(with("\0\0\x07\x01\0\0\0\x01x"s), "not an IDX file");
  EXPECT_EQ(with(kSmall.substr(0, 11)), "truncated IDX file: it ends among its 2 dimensions");
  EXPECT_EQ(with(kSmall.substr(0, 17)), "truncated IDX file: its dimensions need more than the 5 bytes there are");
  EXPECT_EQ(with(kSmall + "g"), "damaged IDX file: it has 7 bytes of data, its dimensions need 6");
  EXPECT_EQ(with("\0\0\x08\x01\0\0\0\0"s), "damaged IDX file: dimension 0 is 0");
  EXPECT_EQ(with("\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xffx"s),
            "truncated IDX file: its dimensions need more than the 1 bytes there are");
}

TEST(Gzip, UnpacksAllMembers) {
  Bytes two = gzip("first, ");
  const Bytes second = gzip("second");
  two.insert(two.end(), second.begin(), second.end());
  EXPECT_EQ(as_text(gunzip(two, 100)), "first, second");
  EXPECT_EQ(gunzip(gzip(""), 100), Bytes());
  EXPECT_EQ(as_text(gunzip(gzip("12345"), 5)), "12345");
}

TEST(Gzip, RefusesWithTheReason) {
  const Bytes good = gzip(std::string(100'000, 'x'));
  EXPECT_EQ(fault([&] { gunzip(good, 99'999); }), "unpacks to more than 99999 bytes");
  EXPECT_EQ(fault([&] { gunzip(as_bytes("plain"), 10); }), "not a gzip file");
  for (std::size_t size = 2; size < good.size(); ++size) {
    EXPECT_EQ(fault([&] { gunzip(ByteSpan(good).first(size), 200'000); }), "truncated gzip file") << size;
  }
  Bytes changed = good;
  changed[changed.size() - 6] ^= 1;
  EXPECT_EQ(fault([&] { gunzip(changed, 200'000); }), "damaged gzip file: incorrect data check");
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes each = good;
    each[i] ^= 0x55;
    fault([&] { gunzip(each, 200'000); });
  }
}

}  // namespace
}  // namespace thimble
