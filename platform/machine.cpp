// SPDX-License-Identifier: MIT
#include <ghostcard/base/input_error.h>
#include <ghostcard/bus/pci/cycle_bus.h>
#include <ghostcard/bus/pci/make_bus.h>
#include <ghostcard/bus/sim_time.h>
#include <ghostcard/platform/machine.h>

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#ifdef GHOSTCARD_ADDRESS_SANITIZER
#include <pthread.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>

/// SystemC never unwinds the stacks of threads that have not ended: what they hold then is not lost by us.
const char* __lsan_default_suppressions() {
    return "leak:sc_core::sc_thread_cor_fn\nleak:tlm::tlm_generic_payload::tlm_generic_payload\n";
}
const char* __lsan_default_options() { return "print_suppressions=0"; }
#endif

namespace ghostcard::platform {
namespace {

/// What the kernel has to say to a person is an error of ours; its notices go nowhere.
void silence_notices() {
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_THROW);
}

#ifdef GHOSTCARD_ADDRESS_SANITIZER
/// SystemC tells AddressSanitizer of every change of stack, but when it comes back to the main one it does not know
/// where that ends; what is thrown after the simulation would leave marks there that make false alarms.
void tell_sanitizer_of_main_stack() {
    pthread_attr_t attributes;
    void* bottom = nullptr;
    std::size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return;
    pthread_attr_getstack(&attributes, &bottom, &size);
    pthread_attr_destroy(&attributes);
    void* frames = nullptr;
    __sanitizer_start_switch_fiber(&frames, bottom, size);
    __sanitizer_finish_switch_fiber(frames, nullptr, nullptr);
}
#else
void tell_sanitizer_of_main_stack() {}
#endif

}  // namespace

Machine::Machine(const MachineSettings& settings, model::VideoInput video, std::unique_ptr<bus::DmaMemory> memory)
    : host("host", std::move(memory), settings.host.posting),
      card("card", settings.card, std::move(video)),
      cpu("cpu", host, settings.cpu),
      cpu_port(settings.pcie ? build_link(settings) : build_bus(settings)),
      card_config(cpu_port, host, (settings.pcie ? 0 : settings.pci.bridges) * bus::devices_of_bus + card_id.device),
      card_registers(cpu_port, host, card_bar0),
      pci_settings_(settings.pci),
      inta_("inta"),
      cpu_inta_("cpu_inta") {
    silence_notices();
    card.inta.bind(inta_);
    cpu.inta.bind(settings.pcie ? cpu_inta_ : inta_);
    if (root_complex) {
        link_slot->inta.bind(inta_);
        root_complex->inta.bind(cpu_inta_);
    }
}

bus::CpuPort& Machine::build_bus(const MachineSettings& settings) {
    for (unsigned i = 0; i < settings.pci.bridges; ++i)
        buses_above.push_back(bus::pci::make_bus(fmt::format("pci_above{}", i).c_str(), settings.pci));
    bus = bus::pci::make_bus("pci", settings.pci);
    bus::pci::PciBus& host_bus = buses_above.empty() ? *bus : *buses_above.front();
    bridge.emplace("host_bridge", host_bus, host, settings.pci.host_target, settings.host.read_latency);
    for (std::size_t i = 0; i < buses_above.size(); ++i)
        pci_bridges.push_back(
            std::make_unique<bus::pci::PciBridge>(fmt::format("bridge{}", i).c_str(), *buses_above[i],
                                                  i + 1 < buses_above.size() ? *buses_above[i + 1] : *bus,
                                                  card_id.device, card_id, settings.pci.bridge_buffer.count));
    slot.emplace("slot1", *bus, card_id, model::Card::bar0_size, model::Card::target_timing);
    slot->config_socket.bind(card.config_socket);
    slot->bar0_socket.bind(card.bar0_socket);
    card.dma_socket.bind(slot->dma_socket);
    bus->attach_observer(bus_statistics);
    return *bridge;
}

bus::CpuPort& Machine::build_link(const MachineSettings& settings) {
    if (settings.pci.bridges != 0)
        throw InputError(fmt::format("bus.bridges is {}; allowed on PCI Express: 0", settings.pci.bridges));
    if (settings.pci.load.masters != 0)
        throw InputError(fmt::format("bus.masters is {}; allowed on PCI Express: 0, a link has one device",
                                     settings.pci.load.masters));
    const bool by_events = settings.pci.timing == bus::pci::Timing::cycle;
    root_complex.emplace("root_complex", *settings.pcie,
                         by_events ? bus::pcie::LinkTiming::cycle : bus::pcie::LinkTiming::analytic, host, card_id);
    link_slot.emplace("slot1", *root_complex, model::Card::bar0_size);
    link_slot->config_socket.bind(card.config_socket);
    link_slot->bar0_socket.bind(card.bar0_socket);
    card.dma_socket.bind(link_slot->dma_socket);
    return *root_complex;
}

/// Each of the other masters has a page of memory, or all share a device.
void Machine::add_load(const std::function<BusAddress(bus::RequesterId)>& page_for) {
    const bus::pci::LoadSettings& load = pci_settings_.load;
    if (load.masters == 0) return;
    load_target_.emplace(*BusRange::of(load_window, page_size), bus::pci::TargetTiming{});
    bus->attach_target(*load_target_);
    for (unsigned i = 0; i < load.masters; ++i) {
        // the host takes all that comes through a bridge for the card's
        const auto number = static_cast<std::uint8_t>(pci_bridges.empty() ? card_id.device + 1 + i : card_id.device);
        const bus::RequesterId id{0, number, 0};
        auto& master = *loads_.emplace_back(std::make_unique<bus::pci::BusLoad>(
            fmt::format("load{}", i).c_str(), *bus, id, load, load.period * i / load.masters,
            pci_settings_.latency_timer, pci_settings_.cache_line));
        master.set_address(load.target == bus::pci::LoadTarget::device ? load_window : page_for(id));
    }
}

std::vector<std::string> Machine::master_names() const {
    std::vector<std::string> names{"host", "card"};
    for (std::size_t i = 0; i < loads_.size(); ++i) names.push_back(fmt::format("load{}", i));
    return names;
}

void Machine::trace_bus(const std::filesystem::path& path, bus::pci::TraceWindow window) {
    if (root_complex) {
        link_trace_.emplace(path, window);
        root_complex->attach_observer(*link_trace_);
        return;
    }
    auto* const wires = dynamic_cast<bus::pci::CycleBus*>(bus.get());
    if (wires == nullptr) {
        transaction_trace_.emplace(path, bus->period(), master_names(), window);
        bus->attach_observer(*transaction_trace_);
        return;
    }
    const auto masters = static_cast<unsigned>(2 + loads_.size());
    pin_trace_.emplace("pins", path, pci_settings_, masters, window);
    pin_trace_->inta.bind(inta_);
    wires->observe_pins(*pin_trace_);
}

void Machine::capture_tlps(const std::filesystem::path& path, bus::pci::TraceWindow window) {
    if (!root_complex) throw InputError("--pcap shows the TLPs of PCI Express, and bus.kind is 'pci'");
    tlp_capture_.emplace(path, root_complex->settings().ecrc, window);
    root_complex->attach_observer(*tlp_capture_);
}

/// What the firmware does.
void Machine::set_up_card() {
    using namespace registers;
    const auto devices = *BusRange::of(load_window, card_bar0 + model::Card::bar0_size - load_window);
    const auto bridges = static_cast<unsigned>(pci_bridges.size());
    for (unsigned i = 0; i < bridges; ++i) {
        ConfigurationWindow config(cpu_port, host, i * bus::devices_of_bus + card_id.device);
        for (const auto& [offset, value] : bus::pci::opening_writes(i, bridges, devices, pci_settings_))
            config.write(offset, value);
    }
    card_config.write(BaseAddress0::offset, static_cast<std::uint32_t>(card_bar0.value));
    if (root_complex) return;
    card_config.write(LatencyHeader::offset,
                      Value<LatencyHeader>{}
                          .with<LatencyHeader::CacheLineSize>(static_cast<std::uint32_t>(pci_settings_.cache_line / 4))
                          .with<LatencyHeader::LatencyTimer>(pci_settings_.latency_timer / 8)
                          .raw());
    const auto command = Value<CommandStatus>{}
                             .with<CommandStatus::MemoryWriteAndInvalidate>(pci_settings_.cache_line != 0)
                             .with<CommandStatus::FastBackToBackEnable>(pci_settings_.fast_back_to_back);
    card_config.write(CommandStatus::offset, command.raw());
}

void Machine::run(std::function<void()> program, Duration limit) {
    cpu.set_program([this, &program] {
        set_up_card();
        program();
    });
    sc_core::sc_start(bus::to_sc_time(limit));
    tell_sanitizer_of_main_stack();
    host.settle();
    cpu.rethrow_failure();
    if (!cpu.program_finished())
        throw std::runtime_error(
            fmt::format("the simulated program has not ended after {} of simulated time", to_text(limit)));
}

void Machine::commit_traces() {
    if (pin_trace_) pin_trace_->commit();
    if (transaction_trace_) transaction_trace_->commit(bus::simulated_now());
    if (link_trace_) link_trace_->commit(bus::simulated_now());
    if (tlp_capture_) tlp_capture_->commit();
}

}  // namespace ghostcard::platform
