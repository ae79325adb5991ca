#include "wire/zip.h"

#include <zip.h>

#include <memory>
#include <set>

#include "base/error.h"
#include "base/printable.h"

namespace thimble {
namespace {

constexpr zip_int64_t kMaxEntries = 10'000;
constexpr std::size_t kMaxRatio = 1032;  // of deflate

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseEntry {
  void operator()(zip_file_t* entry) const { zip_fclose(entry); }
};
struct FreeSource {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using Archive = std::unique_ptr<zip_t, Discard>;
using Source = std::unique_ptr<zip_source_t, FreeSource>;

/// Messages of libzip, which frees what it allocated for them.
class ZipError {
 public:
  ZipError() { zip_error_init(&error_); }
  ~ZipError() { zip_error_fini(&error_); }
  ZipError(const ZipError&) = delete;
  ZipError& operator=(const ZipError&) = delete;
  zip_error_t* get() { return &error_; }
  std::string text() { return zip_error_strerror(&error_); }

 private:
  zip_error_t error_{};
};

/// `source` is kept, so that it can be read after the archive was closed.
Archive open(zip_source_t* source, int flags, ZipError& error) {
  Archive archive(zip_open_from_source(source, flags, error.get()));
  if (archive) zip_source_keep(source);
  return archive;
}

Bytes unpack(zip_t* archive, const zip_stat_t& about, std::size_t max_bytes, std::size_t file_size) {
  require(about.size <= max_bytes, "unpacks to more than is read; {} bytes", about.size);
  require(about.comp_size <= file_size && about.size / kMaxRatio <= about.comp_size,
          "damaged zip: it tells a wrong size");
  const std::unique_ptr<zip_file_t, CloseEntry> entry(zip_fopen_index(archive, about.index, 0));
  require(entry != nullptr, "damaged zip: {}", zip_strerror(archive));
  Bytes contents(about.size);
  std::size_t done = 0;
  while (done < contents.size()) {
    const zip_int64_t count = zip_fread(entry.get(), contents.data() + done, contents.size() - done);
    require(count > 0, "damaged zip: {}", count < 0 ? zip_file_strerror(entry.get()) : "an entry ends too early");
    done += static_cast<std::size_t>(count);
  }
  // One read more, at the end: that is where the checksum is compared.
  std::uint8_t more = 0;
  require(zip_fread(entry.get(), &more, 1) == 0, "damaged zip: wrong checksum or length");
  return contents;
}

void add(zip_t* archive, zip_uint64_t index, const ZipEntry& entry) {
  zip_source_t* source = zip_source_buffer(archive, entry.contents.data(), entry.contents.size(), 0);
  ensure(source != nullptr, "zip: {}", zip_strerror(archive));
  const zip_int64_t added = zip_file_add(archive, entry.name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (added < 0) zip_source_free(source);
  ensure(std::cmp_equal(added, index), "zip: {}", zip_strerror(archive));
  constexpr zip_uint16_t kMidnight = 0;
  constexpr zip_uint16_t kFirstOf1980 = 1 << 5 | 1;  // year 0, month 1, day 1
  zip_file_set_dostime(archive, index, kMidnight, kFirstOf1980, 0);
  zip_set_file_compression(archive, index, ZIP_CM_STORE, 0);
}

Bytes contents_of(zip_source_t* source) {
  ensure(zip_source_open(source) == 0, "a zip that was written cannot be opened");
  zip_source_seek(source, 0, SEEK_END);
  Bytes bytes(static_cast<std::size_t>(zip_source_tell(source)));
  zip_source_seek(source, 0, SEEK_SET);
  const zip_int64_t count = zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  ensure(std::cmp_equal(count, bytes.size()), "a zip that was written cannot be read");
  return bytes;
}

}  // namespace

bool is_zip(ByteSpan file) { return as_text(file).starts_with("PK\x03\x04"); }

std::vector<ZipEntry> parse_zip(ByteSpan file, std::size_t max_bytes,
                                const std::function<bool(std::string_view)>& wanted) {
  require(is_zip(file), "not a zip archive");
  ZipError error;
  const Source source(zip_source_buffer_create(file.data(), file.size(), 0, error.get()));
  ensure(source != nullptr, "zip: {}", error.text());
  const Archive archive = open(source.get(), ZIP_RDONLY, error);
  require(archive != nullptr, "damaged zip: {}", error.text());
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  require(count <= kMaxEntries, "the zip has {} entries; at most {} are read", count, kMaxEntries);
  std::vector<ZipEntry> entries;
  std::set<std::string> names;
  for (zip_uint64_t index = 0; std::cmp_less(index, count); ++index) {
    zip_stat_t about;
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_INDEX;
    const bool known = zip_stat_index(archive.get(), index, 0, &about) == 0 && (about.valid & kNeeded) == kNeeded;
    require(known, "damaged zip: entry {} is not described", index);
    require(names.insert(about.name).second, "damaged zip: '{}' is there twice", printable(about.name));
    if (!wanted(about.name)) continue;
    with_context(fmt::format("'{}'", printable(about.name)), [&] {
      entries.push_back({about.name, unpack(archive.get(), about, max_bytes, file.size())});
    });
    max_bytes -= entries.back().contents.size();
  }
  return entries;
}

Bytes write_zip(const std::vector<ZipEntry>& entries) {
  ZipError error;
  const Source source(zip_source_buffer_create(nullptr, 0, 0, error.get()));
  ensure(source != nullptr, "zip: {}", error.text());
  Archive archive = open(source.get(), ZIP_CREATE | ZIP_TRUNCATE, error);
  ensure(archive != nullptr, "zip: {}", error.text());
  for (std::size_t i = 0; i < entries.size(); ++i) add(archive.get(), i, entries[i]);
  if (zip_close(archive.get()) != 0) throw InternalError(fmt::format("zip: {}", zip_strerror(archive.get())));
  (void)archive.release();  // zip_close has freed it
  return contents_of(source.get());
}

}  // namespace thimble
