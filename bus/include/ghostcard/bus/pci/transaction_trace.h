// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/output_file.h>
#include <ghostcard/bus/pci/trace_window.h>
#include <ghostcard/bus/pci/transaction.h>

#include <filesystem>
#include <string>
#include <vector>

namespace ghostcard::bus::pci {

/// The transactions of a bus that has no wires as signals in a VCD file that GTKWave opens: busy, owner, command,
/// address, bytes and termination. What a transaction turned out to be is shown for as long as it lasts.
class TransactionTrace : public TransactionObserver {
public:
    /// masters: the names of masters 0, 1... Throws InputError if the file cannot be written.
    TransactionTrace(const std::filesystem::path& path, Duration period, std::vector<std::string> masters,
                     TraceWindow window);

    void transaction(const TransactionRecord& record) override;
    /// After the last simulated instant, which is `end`: writes all of it and gives the file its name.
    void commit(Duration end);

private:
    Duration busy_until(const TransactionRecord& record) const;

    const Duration period_;
    const std::vector<std::string> masters_;
    const TraceWindow window_;
    OutputFile file_;
    std::vector<TransactionRecord> records_;  ///< Each of one transaction.
};

}  // namespace ghostcard::bus::pci
