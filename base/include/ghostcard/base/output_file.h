// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string_view>

namespace ghostcard {

/// A file that is either written whole or not at all: it grows under a temporary name in the same folder and takes its
/// own name when it is committed. Without a commit nothing is left behind and an older file of that name stays.
class OutputFile {
public:
    /// Throws InputError if the path cannot be written, before any work is done for it.
    explicit OutputFile(std::filesystem::path path);
    ~OutputFile();
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    const std::filesystem::path& path() const { return path_; }
    /// Where the content grows until commit(); other writers may open it by name.
    const std::filesystem::path& temporary_path() const { return temporary_; }

    /// Appends. Throws InputError if the medium refuses.
    void write(std::string_view content);
    /// Flushes and gives the file its name. Throws InputError if the medium refuses.
    void commit();

private:
    std::filesystem::path path_;
    std::filesystem::path temporary_;
    int file_ = -1;
};

}  // namespace ghostcard
