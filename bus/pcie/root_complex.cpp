// SPDX-License-Identifier: MIT
#include <ghostcard/base/little_endian.h>
#include <ghostcard/bus/pcie/root_complex.h>
#include <ghostcard/bus/sim_time.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace ghostcard::bus::pcie {
namespace {

constexpr std::uint32_t all_ones = ~std::uint32_t{0};
constexpr std::uint64_t access_bytes = 4;

}  // namespace

RootComplex::RootComplex(const sc_core::sc_module_name& name, const PcieSettings& settings, LinkTiming timing,
                         HostPort& host, RequesterId device)
    : sc_module(name),
      host_(host),
      settings_(settings),
      device_(device),
      link_(make_link(timing, settings, device, *this, *this)) {
    host.on_settle([this] { catch_up(); });
    host.on_change([this](RequesterId requester, BusRange pages) { mapping_changed(requester, pages); });
    SC_HAS_PROCESS(RootComplex);
    SC_METHOD(follow_link);
    sensitive << link_due_;
    dont_initialize();
    SC_METHOD(drive_inta);
    sensitive << interrupt_due_;
    dont_initialize();
}

// ---- the link in simulated time -------------------------------------------------------------------------------------

/// What the link tells may come back here: it is at the present then, or on its way.
void RootComplex::catch_up() {
    if (catching_up_) return;
    catching_up_ = true;
    link_->advance(simulated_now());
    catching_up_ = false;
    if (std::exchange(end_was_requested_, false)) look_ahead();
}

void RootComplex::follow_link() {
    catch_up();
    look_ahead();
}

void RootComplex::limit(Bytes max_payload, Bytes max_read_request) {
    catch_up();
    link_->limit(max_payload, max_read_request, simulated_now());
    look_ahead();
}

/// As an operating system that invalidates what the IOMMU remembers whenever it changes the table.
void RootComplex::mapping_changed(RequesterId requester, BusRange pages) {
    if (requester != device_ || settings_.iotlb.entries == 0) return;
    link_->forget(pages, simulated_now());
    look_ahead();
}

/// After everything that is given to the link.
void RootComplex::look_ahead() {
    const Duration due = link_->next_due();
    link_due_.cancel();
    if (due != Duration::max()) link_due_.notify(to_sc_time(due - simulated_now()));
}

const LinkCounts& RootComplex::counts(Direction direction) {
    catch_up();
    return link_->counts(direction);
}

// ---- DMA ------------------------------------------------------------------------------------------------------------

void RootComplex::transport(Run& run) {
    catch_up();
    const auto current = runs_.insert(runs_.end(), {&run});
    if (run.control) run.control->carry(this);
    link_->begin(run, simulated_now());
    end_requested(simulated_now());
    while (!current->ended) sc_core::wait(run_ended_);
    runs_.erase(current);
    if (run.control) run.control->carry(nullptr);
}

/// Of one of the runs; those that were asked before are not asked again.
void RootComplex::end_requested(Duration at) {
    for (const CurrentRun& current : runs_) {
        const DmaRun* const control = current.run->control;
        if (!current.ended && control && control->pause_requested(Duration::max()))
            link_->end_requested(*current.run, at);
    }
    if (catching_up_)
        end_was_requested_ = true;
    else
        look_ahead();
}

void RootComplex::run_ended(Run& run, Duration) {
    std::find_if(runs_.begin(), runs_.end(), [&run](const CurrentRun& current) { return current.run == &run; })->ended =
        true;
    run_ended_.notify(sc_core::SC_ZERO_TIME);
}

void RootComplex::write(BusAddress address, std::span<const std::byte> data, Duration at) {
    if (HostPort::is_message(address)) {
        const std::uint64_t message = load_little_endian(data.first(std::min<std::size_t>(data.size(), 2)));
        return host_.post_message(address, static_cast<std::uint16_t>(message), at);
    }
    while (!data.empty()) {
        const std::span<std::byte> memory = host_.locate(device_, *BusRange::of(address, data.size()), true);
        if (memory.empty()) return host_.record_fault({address, device_, true, at});
        host_.post(memory, data.first(memory.size()), at);
        data = data.subspan(memory.size());
        address = address + memory.size();
    }
}

bool RootComplex::write_row(BusAddress address, std::span<const std::byte> data, Duration last) {
    if (!host_.posts_freely() || last + host_.posting_delay() > simulated_now() || HostPort::is_message(address))
        return false;
    const std::span<std::byte> memory = host_.locate(device_, *BusRange::of(address, data.size()), true);
    if (memory.size() != data.size()) return false;
    host_.post(memory, data, last);
    return true;
}

bool RootComplex::read(BusAddress address, std::span<std::byte> data, Duration at) {
    host_.flush();
    while (!data.empty()) {
        const std::span<std::byte> memory = host_.locate(device_, *BusRange::of(address, data.size()), false);
        if (memory.empty()) {
            host_.record_fault({address, device_, false, at});
            return false;
        }
        std::memcpy(data.data(), memory.data(), memory.size());
        data = data.subspan(memory.size());
        address = address + memory.size();
    }
    return true;
}

void RootComplex::interrupt(bool asserted) {
    catch_up();
    link_->interrupt({.kind = TlpKind::interrupt, .requester = device_, .asserted = asserted}, simulated_now());
    look_ahead();
}

/// Behind what is still on its way into memory, as an MSI would be.
void RootComplex::interrupt_arrived(const Tlp& interrupt, Duration at) {
    interrupts_.push_back({std::max(at, host_.drained_at()), interrupt.asserted});
    interrupt_due_.notify(to_sc_time(interrupts_.front().at - simulated_now()));
}

void RootComplex::drive_inta() {
    for (; !interrupts_.empty() && interrupts_.front().at <= simulated_now(); interrupts_.pop_front())
        if (inta.size() != 0) inta->write(interrupts_.front().asserted);
    if (!interrupts_.empty()) interrupt_due_.notify(to_sc_time(interrupts_.front().at - simulated_now()));
}

// ---- CPU ------------------------------------------------------------------------------------------------------------

void RootComplex::request_arrived(const Tlp&, Duration) {
    arrived_ = true;
    access_goes_on_.notify(sc_core::SC_ZERO_TIME);
}

void RootComplex::completion_arrived(const Tlp&, Duration) {
    completed_ = true;
    access_goes_on_.notify(sc_core::SC_ZERO_TIME);
}

bool RootComplex::access(Tlp request, std::uint32_t& word) {
    request.bytes = access_bytes;
    std::array<std::byte, access_bytes> data{};
    store_little_endian(word, data);
    cpu_port_.lock();
    arrived_ = completed_ = false;
    catch_up();
    link_->request(request, data, simulated_now());
    look_ahead();
    while (!arrived_) sc_core::wait(access_goes_on_);
    const bool supported = endpoint_ != nullptr && endpoint_->access(request, word);

    if (request.kind != TlpKind::memory_write) {
        const bool with_data = supported && !has_data(request.kind);
        store_little_endian(word, data);
        catch_up();
        link_->complete({.kind = with_data ? TlpKind::completion_data : TlpKind::completion,
                         .requester = request.requester,
                         .address = request.kind == TlpKind::memory_read ? request.address : BusAddress{},
                         .bytes = with_data ? access_bytes : 0,
                         .completer = device_,
                         .byte_count = access_bytes,
                         .status = supported ? CompletionStatus::successful : CompletionStatus::unsupported_request},
                        data, simulated_now());
        look_ahead();
        while (!completed_) sc_core::wait(access_goes_on_);
        if (host_.drained_at() > simulated_now()) sc_core::wait(to_sc_time(host_.drained_at() - simulated_now()));
    }
    cpu_port_.unlock();
    return supported;
}

std::uint32_t RootComplex::read(BusAddress address) {
    std::uint32_t word = 0;
    return access({.kind = TlpKind::memory_read, .address = address}, word) ? word : all_ones;
}

void RootComplex::write(BusAddress address, std::uint32_t value) {
    access({.kind = TlpKind::memory_write, .address = address}, value);
}

/// A root port sends nothing down for a device that cannot be there (PCIe 5.0, 7.3.1).
std::uint32_t RootComplex::read_configuration(unsigned device, std::uint32_t offset) {
    std::uint32_t word = 0;
    if (device != device_.device) return all_ones;
    const Tlp request{.kind = TlpKind::configuration_read, .address = {offset}, .completer = device_};
    return access(request, word) ? word : all_ones;
}

void RootComplex::write_configuration(unsigned device, std::uint32_t offset, std::uint32_t value) {
    if (device != device_.device) return;
    access({.kind = TlpKind::configuration_write, .address = {offset}, .completer = device_}, value);
}

}  // namespace ghostcard::bus::pcie
