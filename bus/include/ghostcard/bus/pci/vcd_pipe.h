// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/output_file.h>

#include <exception>
#include <filesystem>
#include <string>

namespace ghostcard::bus::pci {

/// Takes what SystemC's VCD writer writes. That one does not look whether the medium has taken it, and knows files by
/// name only: it gets the name of a pipe, and what comes out of it goes on to a file that is written whole or not at
/// all.
class VcdPipe {
public:
    /// Throws InputError if the file cannot be written.
    explicit VcdPipe(const std::filesystem::path& path);
    ~VcdPipe();
    VcdPipe(const VcdPipe&) = delete;
    VcdPipe& operator=(const VcdPipe&) = delete;

    /// For sc_create_vcd_trace_file().
    std::string trace_name() const { return (folder_ / "trace").string(); }
    /// Takes what has been written since: before it is more than the pipe holds, which is 64 KiB.
    void drain();
    /// When the writer has closed it. Throws InputError if the medium has refused any of it.
    void commit();

private:
    void write();

    OutputFile file_;
    std::filesystem::path folder_;
    int pipe_ = -1;
    std::string text_;
    bool header_written_ = false;
    std::exception_ptr refusal_;
};

}  // namespace ghostcard::bus::pci
