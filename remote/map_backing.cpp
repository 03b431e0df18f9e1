// SPDX-License-Identifier: MIT
#include "map_backing.h"

#include <sys/mman.h>

#include <ghostcard/base/addresses.h>
#include <algorithm>
#include <cerrno>
#include <system_error>

namespace ghostcard::remote {

Shadow::~Shadow() {
    if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
}

std::span<std::byte> Shadow::reach(std::uint64_t offset, std::uint64_t size) {
    if (bytes_.empty()) {
        void* const address =
            mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (address == MAP_FAILED) return {};
        bytes_ = {static_cast<std::byte*>(address), size_};
    }
    reached_begin_ = reached_end_ == 0 ? offset : std::min(reached_begin_, offset);
    reached_end_ = std::max(reached_end_, offset + size);
    return bytes_.subspan(offset, size);
}

void Shadow::forget() {
    if (reached_end_ == 0) return;
    const std::uint64_t begin = round_down(reached_begin_, page_size);
    madvise(bytes_.data() + begin, reached_end_ - begin, MADV_DONTNEED);
    reached_begin_ = reached_end_ = 0;
}

FileMapping::FileMapping(int file, std::uint64_t size, bool writeable) {
    void* const address = mmap(nullptr, size, writeable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, file, 0);
    if (address == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mapping a client's memory");
    bytes_ = {static_cast<std::byte*>(address), size};
}

FileMapping::~FileMapping() { munmap(bytes_.data(), bytes_.size()); }

std::shared_ptr<FileMapping> FileMappings::of(int file, dev_t device, ino_t inode, std::uint64_t size, bool writeable) {
    if (mappings_.size() >= clean_at_) {
        std::erase_if(mappings_, [](const auto& entry) { return entry.second.expired(); });
        clean_at_ = 2 * mappings_.size() + 16;
    }
    std::weak_ptr<FileMapping>& known = mappings_[{device, inode, writeable}];
    auto mapping = known.lock();
    if (!mapping || mapping->bytes().size() < size) {  // the file may have grown
        mapping = std::make_shared<FileMapping>(file, size, writeable);
        known = mapping;
    }
    return mapping;
}

std::span<std::byte> SharedBacking::reach(std::uint64_t offset, std::uint64_t size, bool) {
    return mapping_->bytes().subspan(file_offset_ + offset, size);
}

std::span<std::byte> FileBacking::reach(std::uint64_t offset, std::uint64_t size, bool write) {
    const std::span<std::byte> bytes = shadow_.reach(offset, size);
    if (write) return bytes;
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t count = pread(file_.get(), bytes.data() + done, bytes.size() - done,
                                    static_cast<off_t>(file_offset_ + offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return {};
        if (count == 0) {
            std::ranges::fill(bytes.subspan(done), std::byte{0});
            break;
        }
        done += static_cast<std::size_t>(count);
    }
    return bytes;
}

std::uint64_t FileBacking::write_out(std::uint64_t offset, std::uint64_t size) {
    const std::span<const std::byte> bytes = shadow_.bytes().subspan(offset, size);
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = pwrite(file_.get(), bytes.data() + done, bytes.size() - done,
                                     static_cast<off_t>(file_offset_ + offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        done += static_cast<std::size_t>(count);
    }
    return done;
}

std::span<std::byte> MessageBacking::reach(std::uint64_t offset, std::uint64_t size, bool write) {
    return write ? shadow_.reach(offset, size) : std::span<std::byte>();
}

}  // namespace ghostcard::remote
