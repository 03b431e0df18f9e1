// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/remote/file_descriptor.h>

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <tuple>

namespace ghostcard::remote {

/// Where the bytes of one DMA map are. Offsets are from its start, and lie inside together with the size.
class MapBacking {
public:
    virtual ~MapBacking() = default;

    /// Empty if the bytes cannot be had.
    virtual std::span<std::byte> reach(std::uint64_t offset, std::uint64_t size, bool write) = 0;
    /// The shadow, or nothing if there is none, or none yet.
    virtual std::span<std::byte> shadow() const { return {}; }
    /// For shadows: the device has changed these bytes. How many of them have arrived; the rest can be sent only,
    /// unless it is lost.
    virtual std::uint64_t write_out(std::uint64_t, std::uint64_t) { return 0; }
    /// Whether what is written has to be sent, since there is no file.
    virtual bool needs_messages() const { return false; }
    /// For shadows: what they hold is not needed any more.
    virtual void forget() {}
};

/// Memory of this process that costs nothing until it is written, and nothing after forget().
class Shadow {
public:
    explicit Shadow(std::uint64_t size) : size_(size) {}
    ~Shadow();
    Shadow(const Shadow&) = delete;
    Shadow& operator=(const Shadow&) = delete;

    /// Empty if the host has no room for it.
    std::span<std::byte> reach(std::uint64_t offset, std::uint64_t size);
    std::span<std::byte> bytes() const { return bytes_; }
    void forget();

private:
    std::uint64_t size_;
    std::span<std::byte> bytes_;
    std::uint64_t reached_begin_ = 0, reached_end_ = 0;  ///< All that has been reached since forget().
};

/// A whole file in our memory.
class FileMapping {
public:
    /// Size > 0. Throws std::system_error if the host refuses.
    FileMapping(int file, std::uint64_t size, bool writeable);
    ~FileMapping();
    FileMapping(const FileMapping&) = delete;
    FileMapping& operator=(const FileMapping&) = delete;

    std::span<std::byte> bytes() const { return bytes_; }

private:
    std::span<std::byte> bytes_;
};

/// Gives all maps of the same file the same mapping of it: a client may map thousands of pieces, and the kernel limits
/// how many mappings and open files a process has.
class FileMappings {
public:
    /// `size` is that of the file. Throws as FileMapping.
    std::shared_ptr<FileMapping> of(int file, dev_t device, ino_t inode, std::uint64_t size, bool writeable);

private:
    std::map<std::tuple<dev_t, ino_t, bool>, std::weak_ptr<FileMapping>> mappings_;
    std::size_t clean_at_ = 16;  ///< So many, and those that nobody uses any more are forgotten.
};

/// A part of the client's file, mapped here.
class SharedBacking : public MapBacking {
public:
    SharedBacking(std::shared_ptr<FileMapping> mapping, std::uint64_t file_offset)
        : mapping_(std::move(mapping)), file_offset_(file_offset) {}

    std::span<std::byte> reach(std::uint64_t offset, std::uint64_t size, bool write) override;

private:
    std::shared_ptr<FileMapping> mapping_;
    std::uint64_t file_offset_;
};

/// A part of the client's file that cannot be trusted to stay as long as it is: what is missing reads as zero.
class FileBacking : public MapBacking {
public:
    FileBacking(FileDescriptor file, std::uint64_t file_offset, std::uint64_t size)
        : file_(std::move(file)), file_offset_(file_offset), shadow_(size) {}

    std::span<std::byte> reach(std::uint64_t offset, std::uint64_t size, bool write) override;
    std::span<std::byte> shadow() const override { return shadow_.bytes(); }
    std::uint64_t write_out(std::uint64_t offset, std::uint64_t size) override;
    void forget() override { shadow_.forget(); }

private:
    FileDescriptor file_;
    std::uint64_t file_offset_;
    Shadow shadow_;
};

/// Memory of which the client has given no file.
class MessageBacking : public MapBacking {
public:
    explicit MessageBacking(std::uint64_t size) : shadow_(size) {}

    std::span<std::byte> reach(std::uint64_t offset, std::uint64_t size, bool write) override;
    std::span<std::byte> shadow() const override { return shadow_.bytes(); }
    bool needs_messages() const override { return true; }
    void forget() override { shadow_.forget(); }

private:
    Shadow shadow_;
};

}  // namespace ghostcard::remote
