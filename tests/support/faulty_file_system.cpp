#include "tests/support/faulty_file_system.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace kubesage::test {

namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

std::string folder_of(const std::string& path) {
  auto folder = std::filesystem::path{path}.parent_path().string();
  return folder;
}

std::string without_trailing_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/')
    path.pop_back();
  return path;
}

std::string content_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class tracked_file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  tracked_file(faulty_file_system& files, std::string path,
               std::unique_ptr<rocksdb::FSWritableFile>&& target, std::uint64_t size)
      : FSWritableFileOwnerWrapper(std::move(target)), files_(files), path_(std::move(path)),
        size_(size) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    if (auto status = files_.ask(path_, file_operation::append); !status.ok()) {
      // A part of it arrives, as when a disk gets full or goes away in the middle.
      const Slice part{data.data(), data.size() / 2};
      if (target()->Append(part, options, debug).ok())
        grow(part.size());
      return status;
    }
    auto status = target()->Append(data, options, debug);
    if (status.ok())
      grow(data.size());
    return status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& /*info*/, IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return synced([&] { return target()->Sync(options, debug); });
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return synced([&] { return target()->Fsync(options, debug); });
  }
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK(); // Promises nothing.
  }

private:
  template <class F>
  IOStatus synced(F f) {
    if (auto status = files_.ask(path_, file_operation::sync); !status.ok())
      return status;
    auto status = f();
    if (status.ok())
      files_.note_sync(path_);
    return status;
  }
  void grow(std::uint64_t by) {
    size_ += by;
    files_.note_size(path_, size_);
  }

  faulty_file_system& files_;
  std::string path_;
  std::uint64_t size_;
};

class tracked_random_file final : public rocksdb::FSRandomRWFileOwnerWrapper {
public:
  tracked_random_file(faulty_file_system& files, std::string path,
                      std::unique_ptr<rocksdb::FSRandomRWFile>&& target)
      : FSRandomRWFileOwnerWrapper(std::move(target)), files_(files), path_(std::move(path)) {}

  IOStatus Write(std::uint64_t offset, const Slice& data, const IOOptions& options,
                 IODebugContext* debug) override {
    if (auto status = files_.ask(path_, file_operation::append); !status.ok())
      return status;
    std::string buffer(data.size(), '\0');
    Slice before;
    FSRandomRWFileOwnerWrapper::Read(offset, data.size(), options, &before, buffer.data(), debug)
        .PermitUncheckedError();
    files_.note_overwrite(path_, offset, before.ToString());
    return FSRandomRWFileOwnerWrapper::Write(offset, data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    if (auto status = files_.ask(path_, file_operation::sync); !status.ok())
      return status;
    auto status = FSRandomRWFileOwnerWrapper::Sync(options, debug);
    if (status.ok())
      files_.note_sync(path_);
    return status;
  }

private:
  faulty_file_system& files_;
  std::string path_;
};

class tracked_directory final : public rocksdb::FSDirectoryWrapper {
public:
  tracked_directory(faulty_file_system& files, std::string path,
                    std::unique_ptr<rocksdb::FSDirectory>&& target)
      : FSDirectoryWrapper(std::move(target)), files_(files), path_(std::move(path)) {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return synced([&] { return FSDirectoryWrapper::Fsync(options, debug); });
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& how) override {
    return synced([&] { return FSDirectoryWrapper::FsyncWithDirOptions(options, debug, how); });
  }

private:
  template <class F>
  IOStatus synced(F f) {
    if (auto status = files_.ask(path_, file_operation::directory_sync); !status.ok())
      return status;
    auto status = f();
    if (status.ok())
      files_.note_directory_sync(path_);
    return status;
  }

  faulty_file_system& files_;
  std::string path_;
};

} // namespace

file_class class_of(const std::string& path) {
  const auto name = std::filesystem::path{path}.filename().string();
  if (name.ends_with(".log"))
    return file_class::log;
  if (name.ends_with(".sst"))
    return file_class::table;
  if (name.starts_with("MANIFEST"))
    return file_class::manifest;
  if (name == "CURRENT" || name.ends_with(".dbtmp"))
    return file_class::current;
  return name.starts_with("commit.witness") ? file_class::witness : file_class::other;
}

void faulty_file_system::set_fault(fault next) {
  const std::lock_guard lock{mutex_};
  fault_ = std::move(next);
}

void faulty_file_system::cut_power() {
  const std::lock_guard lock{mutex_};
  is_off_ = true;
}

void faulty_file_system::cut_power_at(std::uint64_t operation) {
  const std::lock_guard lock{mutex_};
  cut_at_ = operations_ + operation;
}

std::uint64_t faulty_file_system::operations() const {
  const std::lock_guard lock{mutex_};
  return operations_;
}

IOStatus faulty_file_system::ask(const std::string& path, file_operation what) {
  const std::lock_guard lock{mutex_};
  ++operations_;
  if (cut_at_ != 0 && operations_ >= cut_at_)
    is_off_ = true;
  if (is_off_)
    return IOStatus::IOError("the power is off");
  return fault_ ? fault_(class_of(path), what) : IOStatus::OK();
}

void faulty_file_system::note_size(const std::string& path, std::uint64_t size) {
  const std::lock_guard lock{mutex_};
  files_[path].size = size;
}

void faulty_file_system::note_sync(const std::string& path) {
  const std::lock_guard lock{mutex_};
  auto& file = files_[path];
  file.synced_size = file.size;
  file.overwritten.clear();
}

void faulty_file_system::note_overwrite(const std::string& path, std::uint64_t offset,
                                        const std::string& before) {
  const std::lock_guard lock{mutex_};
  files_[path].overwritten.emplace(offset, before); // The first is the synced one.
}

void faulty_file_system::note_directory_sync(const std::string& directory) {
  const std::lock_guard lock{mutex_};
  const auto folder = without_trailing_slash(directory);
  std::erase_if(nameless_, [&](const std::string& path) { return folder_of(path) == folder; });
  std::erase_if(renames_, [&](const renamed& x) { return folder_of(x.to) == folder; });
}

void faulty_file_system::lose_unsynced(std::mt19937_64& random) {
  const std::lock_guard lock{mutex_};
  namespace fs = std::filesystem;
  for (auto x = renames_.rbegin(); x != renames_.rend(); ++x) {
    if (!fs::exists(x->to))
      continue;
    fs::rename(x->to, x->from);
    if (const auto known = files_.extract(x->to); !known.empty())
      files_[x->from] = known.mapped();
    if (x->had_target)
      std::ofstream{x->to, std::ios::binary} << x->target;
  }
  for (const auto& [path, file] : files_) {
    if (!fs::exists(path))
      continue;
    if (file.size > file.synced_size) {
      auto kept = std::uniform_int_distribution<std::uint64_t>{0, file.size - file.synced_size};
      fs::resize_file(path, file.synced_size + kept(random));
    }
    std::fstream bytes{path, std::ios::in | std::ios::out | std::ios::binary};
    for (const auto& [offset, before] : file.overwritten)
      if (std::bernoulli_distribution{}(random)) {
        bytes.seekp(static_cast<std::streamoff>(offset));
        bytes.write(before.data(), static_cast<std::streamsize>(before.size()));
      }
  }
  for (const auto& path : nameless_)
    fs::remove(path);
  files_.clear();
  nameless_.clear();
  renames_.clear();
  is_off_ = false;
  cut_at_ = 0;
}

IOStatus faulty_file_system::NewWritableFile(const std::string& path,
                                             const rocksdb::FileOptions& options,
                                             std::unique_ptr<rocksdb::FSWritableFile>* file,
                                             IODebugContext* debug) {
  if (auto status = ask(path, file_operation::create); !status.ok())
    return status;
  std::unique_ptr<rocksdb::FSWritableFile> opened;
  auto status = target()->NewWritableFile(path, options, &opened, debug);
  if (!status.ok())
    return status;
  {
    const std::lock_guard lock{mutex_};
    files_[path] = {};
    nameless_.insert(path);
  }
  *file = std::make_unique<tracked_file>(*this, path, std::move(opened), 0);
  return status;
}

IOStatus faulty_file_system::ReopenWritableFile(const std::string& path,
                                                const rocksdb::FileOptions& options,
                                                std::unique_ptr<rocksdb::FSWritableFile>* file,
                                                IODebugContext* debug) {
  if (auto status = ask(path, file_operation::create); !status.ok())
    return status;
  std::unique_ptr<rocksdb::FSWritableFile> opened;
  auto status = target()->ReopenWritableFile(path, options, &opened, debug);
  if (!status.ok())
    return status;
  const auto size = std::filesystem::file_size(path);
  {
    const std::lock_guard lock{mutex_};
    files_[path] = {size, size, {}};
  }
  *file = std::make_unique<tracked_file>(*this, path, std::move(opened), size);
  return status;
}

IOStatus faulty_file_system::NewRandomRWFile(const std::string& path,
                                             const rocksdb::FileOptions& options,
                                             std::unique_ptr<rocksdb::FSRandomRWFile>* file,
                                             IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSRandomRWFile> opened;
  auto status = target()->NewRandomRWFile(path, options, &opened, debug);
  if (status.ok())
    *file = std::make_unique<tracked_random_file>(*this, path, std::move(opened));
  return status;
}

IOStatus faulty_file_system::NewDirectory(const std::string& path, const IOOptions& options,
                                          std::unique_ptr<rocksdb::FSDirectory>* directory,
                                          IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> opened;
  auto status = target()->NewDirectory(path, options, &opened, debug);
  if (status.ok())
    *directory = std::make_unique<tracked_directory>(*this, path, std::move(opened));
  return status;
}

IOStatus faulty_file_system::RenameFile(const std::string& from, const std::string& to,
                                        const IOOptions& options, IODebugContext* debug) {
  if (auto status = ask(to, file_operation::rename); !status.ok())
    return status;
  const bool had_target = std::filesystem::exists(to);
  auto before = had_target ? content_of(to) : std::string{};
  auto status = target()->RenameFile(from, to, options, debug);
  if (!status.ok())
    return status;
  const std::lock_guard lock{mutex_};
  if (const auto known = files_.extract(from); !known.empty())
    files_[to] = known.mapped();
  renames_.push_back({from, to, had_target, std::move(before)});
  nameless_.erase(from);
  return status;
}

void faulty_file_system::set_free_bytes(std::uint64_t bytes) {
  const std::lock_guard lock{mutex_};
  free_bytes_ = bytes;
}

IOStatus faulty_file_system::GetFreeSpace(const std::string& path, const IOOptions& options,
                                          std::uint64_t* bytes, IODebugContext* debug) {
  const auto status = target()->GetFreeSpace(path, options, bytes, debug);
  const std::lock_guard lock{mutex_};
  *bytes = free_bytes_.value_or(*bytes);
  return status;
}

IOStatus faulty_file_system::DeleteFile(const std::string& path, const IOOptions& options,
                                        IODebugContext* debug) {
  {
    const std::lock_guard lock{mutex_};
    if (is_off_)
      return IOStatus::IOError("the power is off");
  }
  auto status = target()->DeleteFile(path, options, debug);
  const std::lock_guard lock{mutex_};
  files_.erase(path);
  nameless_.erase(path);
  return status;
}

} // namespace kubesage::test
