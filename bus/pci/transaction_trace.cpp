// SPDX-License-Identifier: MIT
#include <ghostcard/bus/pci/transaction_trace.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace ghostcard::bus::pci {
namespace {

constexpr std::string_view header =
    "$version ghostcard $end\n"
    "$timescale 1 ps $end\n"
    "$scope module pci $end\n"
    "$var wire 1 ! busy $end\n"
    "$var string 1 \" owner $end\n"
    "$var string 1 # command $end\n"
    "$var wire 64 $ address [63:0] $end\n"
    "$var wire 32 % bytes [31:0] $end\n"
    "$var string 1 & termination $end\n"
    "$upscope $end\n"
    "$enddefinitions $end\n";
constexpr std::string_view idle = "0!\nsidle \"\nsidle #\nbz $\nbz %\nsidle &\n";
constexpr std::size_t chunk = 1 << 20;

}  // namespace

TransactionTrace::TransactionTrace(const std::filesystem::path& path, Duration period, std::vector<std::string> masters,
                                   TraceWindow window)
    : period_(period), masters_(std::move(masters)), window_(window), file_(path) {}

void TransactionTrace::transaction(const TransactionRecord& record) {
    for_each(record, [this](const TransactionRecord& one) {
        if (window_.shows(one.start, busy_until(one))) records_.push_back(one);
    });
}

/// The end of its last clock, the idle one apart.
Duration TransactionTrace::busy_until(const TransactionRecord& record) const {
    const bool completed = record.termination == Termination::completed;
    return record.start + (completed ? record.last_data_clock : record.clocks - 1) * period_;
}

void TransactionTrace::commit(Duration end) {
    const Duration last = std::min(window_.to, end);
    std::sort(records_.begin(), records_.end(), [](const auto& a, const auto& b) { return a.start < b.start; });
    std::string text(header);
    Duration idle_since = std::min(window_.from, last);
    bool is_idle = false;
    const auto show_idle = [&] {
        text += fmt::format("#{}\n{}", idle_since.count(), idle);
        is_idle = true;
    };
    if (records_.empty() || records_.front().start > idle_since) show_idle();
    for (const TransactionRecord& record : records_) {
        if (!is_idle && record.start > idle_since) show_idle();
        text += fmt::format("#{}\n1!\ns{} \"\ns{} #\nb{:b} $\nb{:b} %\ns{} &\n",
                            std::max(record.start, window_.from).count(), masters_[record.master],
                            name_of(record.command), record.address.value, record.bytes, name_of(record.termination));
        idle_since = busy_until(record);
        is_idle = false;
        if (text.size() >= chunk) {
            file_.write(text);
            text.clear();
        }
    }
    if (!is_idle && idle_since <= last) show_idle();
    text += fmt::format("#{}\n", last.count());
    file_.write(text);
    file_.commit();
}

}  // namespace ghostcard::bus::pci
