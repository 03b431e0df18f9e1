// SPDX-License-Identifier: MIT
#include <ghostcard/base/addresses.h>
#include <ghostcard/scenarios/keys.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace ghostcard::scenarios {
namespace {

// ---- How the fields of a scenario become values and back

std::uint64_t count_of(unsigned field) { return field; }
std::uint64_t count_of(std::uint64_t field) { return field; }
std::uint64_t count_of(Duration field) { return static_cast<std::uint64_t>(field.count()); }
template <class Quantity>
std::uint64_t count_of(Quantity field) {
    return field.count;
}

void store(unsigned& field, std::uint64_t count) { field = static_cast<unsigned>(count); }
void store(std::uint64_t& field, std::uint64_t count) { field = count; }
void store(Duration& field, std::uint64_t count) { field = Duration{static_cast<std::int64_t>(count)}; }
template <class Quantity>
void store(Quantity& field, std::uint64_t count) {
    field.count = count;
}

/// `field` is a function from a scenario to its field, for reading and for writing.
template <class Field>
Key counted(std::string_view name, Kind kind, Limits limits, Field field, std::string_view meaning) {
    return {name,
            meaning,
            kind,
            limits,
            {},
            [field](const Scenario& s) -> std::optional<KeyValue> { return count_of(field(s)); },
            [field](Scenario& s, const KeyValue& value) { store(field(s), std::get<std::uint64_t>(value)); }};
}

template <class Field>
Key optional_number(std::string_view name, Limits limits, Field field, std::string_view meaning) {
    return {name,
            meaning,
            Kind::number,
            limits,
            {},
            [field](const Scenario& s) { return field(s) ? std::optional<KeyValue>(*field(s)) : std::nullopt; },
            [field](Scenario& s, const KeyValue& value) { store(field(s).emplace(), std::get<std::uint64_t>(value)); }};
}

template <class Field>
Key textual(std::string_view name, Kind kind, Field field, std::string_view meaning) {
    return {name,
            meaning,
            kind,
            {},
            {},
            [field](const Scenario& s) -> std::optional<KeyValue> { return field(s); },
            [field](Scenario& s, const KeyValue& value) { field(s) = std::get<std::string>(value); }};
}

template <class Enum, class Field>
Key choice(std::string_view name, std::vector<std::pair<std::string_view, Enum>> words, Field field,
           std::string_view meaning) {
    Key key{name, meaning, Kind::choice, {}, {}, {}, {}};
    for (const auto& [word, enumerator] : words) key.choices.push_back(word);
    key.get = [field, words](const Scenario& s) -> std::optional<KeyValue> {
        const auto is_it = [&](const auto& word) { return word.second == field(s); };
        return std::string(std::find_if(words.begin(), words.end(), is_it)->first);
    };
    key.set = [field, words](Scenario& s, const KeyValue& value) {
        const auto is_it = [&](const auto& word) { return word.first == std::get<std::string>(value); };
        field(s) = std::find_if(words.begin(), words.end(), is_it)->second;
    };
    return key;
}

std::vector<std::pair<std::string_view, registers::PixelFormat>> pixel_format_words() {
    std::vector<std::pair<std::string_view, registers::PixelFormat>> words;
    for (const auto format : registers::pixel_formats) words.emplace_back(registers::name_of(format), format);
    return words;
}

std::vector<std::pair<std::string_view, std::optional<dma::DownstreamPeer>>> allocator_words() {
    std::vector<std::pair<std::string_view, std::optional<dma::DownstreamPeer>>> words{{"none", std::nullopt}};
    for (const auto peer : dma::downstream_peers) words.emplace_back(dma::name_of(peer), peer);
    return words;
}

// ---- The keys

constexpr std::uint64_t kib = 1ull << 10, mib = 1ull << 20, gib = 1ull << 30;
constexpr std::uint64_t ms = 1'000'000'000, second = 1000 * ms;  // in picoseconds

std::vector<Key> declare_keys() {
    using bus::TranslationKind;
    using bus::pci::Arbitration;
    using bus::pci::Decode;
    using bus::pci::LoadTarget;
    using bus::pci::Parking;
    using bus::pci::Timing;
    return {
        textual(
            "scenario.title", Kind::text, [](auto& s) -> auto& { return s.title; }, "What the scenario shows."),
        counted(
            "scenario.seed", Kind::number, {.max = std::numeric_limits<std::int64_t>::max()},
            [](auto& s) -> auto& { return s.seed; },
            "Of every random choice; the same seed gives the same run on every machine."),

        textual(
            "video.mode", Kind::mode, [](auto& s) -> auto& { return s.video.mode; },
            "The incoming raster: a CEA-861 name, a progressive raster as `WIDTHxHEIGHT@RATE` (the rate may be a "
            "fraction, as in `640x360@30000/1001`), or `auto`: a .y4m file's own, else `480i59.94`."),
        choice<bool>(
            "video.payload", {{"moved", true}, {"none", false}}, [](auto& s) -> auto& { return s.driver.moves_bytes; },
            "`none`: no pixel is made, moved or compared, which is much faster; all timing stays the same."),
        choice(
            "video.pixel_format", pixel_format_words(), [](auto& s) -> auto& { return s.driver.pixel_format; },
            "What the driver asks the card to deliver."),
        textual(
            "video.source", Kind::source, [](auto& s) -> auto& { return s.video.source; },
            "A generated signal (`bars`, `ramp`, `noise`) or a `.y4m` or `.rgb` file. A relative path in a "
            "scenario file starts at the file's folder, one in `--set` at the working directory."),
        optional_number(
            "video.frames", {.min = 1, .max = 10'000'000}, [](auto& s) -> auto& { return s.video.frames; },
            "Frames of signal. Without it all frames of a file, and 30 of a generated signal."),

        counted(
            "card.memory", Kind::size, {.min = 512, .max = gib}, [](auto& s) -> auto& { return s.card.memory; },
            "Card memory between video input and DMA engine; at least one burst."),
        choice<dma::InterruptKind>(
            "card.interrupt", {{"intx", dma::InterruptKind::intx}, {"msi", dma::InterruptKind::msi}},
            [](auto& s) -> auto& { return s.driver.interrupt; },
            "How the card interrupts: INTA# or a message. INTA# may overtake posted data, a message cannot."),
        counted(
            "card.dma.alignment", Kind::size, {.min = 1, .max = gib, .power_of_two = true},
            [](auto& s) -> auto& { return s.card.dma.alignment; }, "DMA_ADDRESS must be a multiple of it."),
        counted(
            "card.dma.length_multiple", Kind::size, {.min = 1, .max = gib, .power_of_two = true},
            [](auto& s) -> auto& { return s.card.dma.length_multiple; }, "DMA_LENGTH must be a multiple of it."),
        counted(
            "card.dma.max_length", Kind::size, {.min = 4, .max = gib, .power_of_two = true},
            [](auto& s) -> auto& { return s.card.dma.max_length; }, "DMA_LENGTH may not exceed it."),
        counted(
            "card.dma.boundary", Kind::size, {.min = 4 * kib, .max = 1ull << 63, .power_of_two = true, .or_zero = true},
            [](auto& s) -> auto& { return s.card.dma.boundary; },
            "No DMA operation may cross a multiple of it; `0 B` for no such limit."),
        counted(
            "card.dma.address_bits", Kind::number, {.min = 32, .max = 64},
            [](auto& s) -> auto& { return s.card.dma.address_bits; }, "Bits of bus address that the card drives."),
        counted(
            "card.dma.burst", Kind::size, {.min = 4, .max = 64 * kib, .power_of_two = true},
            [](auto& s) -> auto& { return s.card.dma.burst; }, "Data in one bus transaction."),

        choice<BusKind>(
            "bus.kind", {{"pci", BusKind::pci}, {"pcie", BusKind::pcie}}, [](auto& s) -> auto& { return s.bus.kind; },
            "Conventional PCI or PCI Express. Keys of the other kind are without effect, but for `bus.timing`."),
        choice<Timing>(
            "bus.timing", {{"cycle", Timing::cycle}, {"analytic", Timing::analytic}},
            [](auto& s) -> auto& { return s.pci.timing; },
            "Clock by clock (on PCI Express packet by packet), with wires that `--vcd` can show, or in closed form and "
            "fast; both give the same result."),
        counted(
            "bus.clock", Kind::frequency, {.min = 1'000'000, .max = 66'700'000},
            [](auto& s) -> auto& { return s.pci.clock; }, "33 and 66 MHz are the nominal clocks of 30 ns and 15 ns."),
        counted(
            "bus.width", Kind::number, {.min = 32, .max = 64, .power_of_two = true},
            [](auto& s) -> auto& { return s.pci.width; }, "Bits of data in one clock."),
        choice<Decode>(
            "bus.decode",
            {{"fast", Decode::fast},
             {"medium", Decode::medium},
             {"slow", Decode::slow},
             {"subtractive", Decode::subtractive}},
            [](auto& s) -> auto& { return s.pci.host_target.decode; },
            "The host bridge answers 1, 2, 3 or 4 clocks after the address phase."),
        counted(
            "bus.initial_wait", Kind::number, {.max = 13},
            [](auto& s) -> auto& { return s.pci.host_target.initial_wait; },
            "Clocks from DEVSEL# to the first TRDY# of the host bridge."),
        counted(
            "bus.data_wait", Kind::number, {.max = 7}, [](auto& s) -> auto& { return s.pci.host_target.data_wait; },
            "Clocks before each later TRDY# of the host bridge."),
        choice<Parking>(
            "bus.parking", {{"none", Parking::none}, {"host", Parking::host}, {"last", Parking::last}},
            [](auto& s) -> auto& { return s.pci.parking; }, "Where GNT# rests while nobody asks for the bus."),
        choice<Arbitration>(
            "bus.arbitration", {{"round-robin", Arbitration::round_robin}, {"two-level", Arbitration::two_level}},
            [](auto& s) -> auto& { return s.pci.arbitration; },
            "Who gets the bus next: all masters in turn, or the host, the card and one of the others in turn."),
        counted(
            "bus.latency_timer", Kind::number, {.max = 248, .multiple_of = 8},
            [](auto& s) -> auto& { return s.pci.latency_timer; },
            "Clocks from FRAME# for which a master may keep the bus after its GNT# has gone."),
        counted(
            "bus.cache_line", Kind::size, {.min = 16, .max = 128, .power_of_two = true, .or_zero = true},
            [](auto& s) -> auto& { return s.pci.cache_line; },
            "What the firmware programs as CACHE_LINE_SIZE: whole lines are written by memory write and invalidate. "
            "`0 B`: they are not."),
        choice<bool>(
            "bus.fast_back_to_back", {{"off", false}, {"on", true}},
            [](auto& s) -> auto& { return s.pci.fast_back_to_back; },
            "Whether a master's writes in a row go without idle clocks."),
        counted(
            "bus.target.width", Kind::number, {.min = 32, .max = 64, .power_of_two = true},
            [](auto& s) -> auto& { return s.pci.host_target.width; },
            "Bits of data that the host bridge takes in a clock; 32: it does not answer REQ64# by ACK64#."),
        counted(
            "bus.target.line", Kind::size, {.min = 8, .max = 4 * kib, .power_of_two = true, .or_zero = true},
            [](auto& s) -> auto& { return s.pci.host_target.line; },
            "The host bridge disconnects with the last data of each line of so many bytes; `0 B`: it does not."),
        optional_number(
            "bus.target.retry_after", {.max = 1024}, [](auto& s) -> auto& { return s.pci.host_target.retry_after; },
            "Data phases after which the host bridge asserts STOP# without TRDY#: a retry after 0, else a disconnect."),
        optional_number(
            "bus.target.disconnect_after", {.min = 1, .max = 1024},
            [](auto& s) -> auto& { return s.pci.host_target.disconnect_after; },
            "Data phases with the last of which the host bridge asserts STOP#: disconnect with data."),
        optional_number(
            "bus.target.abort_after", {.max = 1024}, [](auto& s) -> auto& { return s.pci.host_target.abort_after; },
            "Data phases after which the host bridge ends each transaction by a target abort."),
        counted(
            "bus.bridges", Kind::number, {.max = 4}, [](auto& s) -> auto& { return s.pci.bridges; },
            "PCI-to-PCI bridges between the host's bus and the card's."),
        counted(
            "bus.bridge_buffer", Kind::size, {.min = 16, .max = 4 * kib, .multiple_of = 8},
            [](auto& s) -> auto& { return s.pci.bridge_buffer; }, "Posted writes that a bridge holds, each way."),
        counted(
            "bus.masters", Kind::number, {.max = 8}, [](auto& s) -> auto& { return s.pci.load.masters; },
            "Other bus masters, all alike, their requests evenly spread over the period."),
        counted(
            "bus.load.period", Kind::time, {.min = 100'000, .max = second},
            [](auto& s) -> auto& { return s.pci.load.period; },
            "From one request of another master to its next; a late one asks at once."),
        counted(
            "bus.load.burst", Kind::size, {.min = 4, .max = 4 * kib}, [](auto& s) -> auto& { return s.pci.load.burst; },
            "What another master moves at a time."),
        choice<bool>(
            "bus.load.operation", {{"read", false}, {"write", true}}, [](auto& s) -> auto& { return s.pci.load.write; },
            "Which way."),
        choice<LoadTarget>(
            "bus.load.target", {{"memory", LoadTarget::memory}, {"device", LoadTarget::device}},
            [](auto& s) -> auto& { return s.pci.load.target; },
            "Where to or from: memory through the host bridge, or a device on the bus with medium decode."),

        counted(
            "bus.generation", Kind::number, {.min = 1, .max = 5}, [](auto& s) -> auto& { return s.pcie.generation; },
            "Of PCI Express: 2.5, 5, 8, 16, 32 GT/s."),
        counted(
            "bus.lanes", Kind::number, {.min = 1, .max = 16, .power_of_two = true},
            [](auto& s) -> auto& { return s.pcie.lanes; }, "Of the link."),
        counted(
            "bus.max_payload", Kind::size, {.min = 128, .max = 4 * kib, .power_of_two = true},
            [](auto& s) -> auto& { return s.pcie.max_payload; }, "Data in one TLP."),
        counted(
            "bus.max_read_request", Kind::size, {.min = 128, .max = 4 * kib, .power_of_two = true},
            [](auto& s) -> auto& { return s.pcie.max_read_request; }, "What one read request asks for."),
        counted(
            "bus.rcb", Kind::size, {.min = 64, .max = 128, .power_of_two = true},
            [](auto& s) -> auto& { return s.pcie.rcb; }, "Read completion boundary."),
        counted(
            "bus.max_completion", Kind::size, {.max = 4 * kib, .multiple_of = 64},
            [](auto& s) -> auto& { return s.pcie.max_completion; },
            "Data in one completion of the host's: a multiple of bus.rcb, at most bus.max_payload; `0 B`: "
            "bus.max_payload."),
        choice<bool>(
            "bus.ecrc", {{"off", false}, {"on", true}}, [](auto& s) -> auto& { return s.pcie.ecrc; },
            "Whether each TLP carries an end-to-end check of 4 bytes."),
        choice<bool>(
            "bus.skp", {{"off", false}, {"on", true}}, [](auto& s) -> auto& { return s.pcie.skp; },
            "Whether the link compensates clocks by SKP ordered sets."),
        optional_number(
            "bus.ack_latency", {.max = 10'000}, [](auto& s) -> auto& { return s.pcie.ack_latency; },
            "Symbol times from a TLP to its ACK; without it the limit of the specification."),
        optional_number(
            "bus.update_latency", {.max = 10'000}, [](auto& s) -> auto& { return s.pcie.update_latency; },
            "Symbol times from freed credits to their UpdateFC; without it the guideline of the specification."),
        counted(
            "bus.credits.posted_headers", Kind::number, {.max = 2047},
            [](auto& s) -> auto& { return s.pcie.root.posted.headers; },
            "Writes that the root complex holds; 0: no limit."),
        counted(
            "bus.credits.posted_data", Kind::number, {.min = 8, .max = 32'767, .or_zero = true},
            [](auto& s) -> auto& { return s.pcie.root.posted.data; },
            "Their data in units of 16 bytes, at least one bus.max_payload; 0: no limit."),
        counted(
            "bus.credits.non_posted_headers", Kind::number, {.max = 2047},
            [](auto& s) -> auto& { return s.pcie.root.non_posted.headers; },
            "Read requests that the root complex holds; 0: no limit."),
        counted(
            "bus.read_latency", Kind::time, {.max = ms}, [](auto& s) -> auto& { return s.pcie.read_latency.minimum; },
            "From a read request's arrival at the root complex to its data, at least."),
        counted(
            "bus.read_latency_spread", Kind::time, {.max = ms},
            [](auto& s) -> auto& { return s.pcie.read_latency.spread; },
            "What each read takes longer at most, at random."),
        counted(
            "bus.completer_latency", Kind::time, {.max = ms}, [](auto& s) -> auto& { return s.pcie.completer_latency; },
            "From a CPU read's arrival at the card to its completion."),
        counted(
            "bus.outstanding_reads", Kind::number, {.min = 1, .max = 256},
            [](auto& s) -> auto& { return s.pcie.engine.outstanding_reads; },
            "Read requests of the card that may wait for their completions."),
        counted(
            "bus.writes_per_second", Kind::number, {.max = 1'000'000'000},
            [](auto& s) -> auto& { return s.pcie.engine.writes_per_second; },
            "Write TLPs that the card's engine can make in a second; 0: as many as the link takes."),
        counted(
            "bus.iotlb.entries", Kind::number, {.max = 4096}, [](auto& s) -> auto& { return s.pcie.iotlb.entries; },
            "Pages whose translation the host remembers; 0: translation takes no time."),
        counted(
            "bus.iotlb.page", Kind::size, {.min = 4 * kib, .max = gib, .power_of_two = true},
            [](auto& s) -> auto& { return s.pcie.iotlb.page; }, "Their size."),
        counted(
            "bus.iotlb.miss", Kind::time, {.max = ms}, [](auto& s) -> auto& { return s.pcie.iotlb.miss; },
            "What a translation takes that is not remembered."),
        counted(
            "bus.iotlb.walks", Kind::number, {.min = 1, .max = 64}, [](auto& s) -> auto& { return s.pcie.iotlb.walks; },
            "How many of them go on at a time."),

        choice<TranslationKind>(
            "host.translation",
            {{"identity", TranslationKind::identity},
             {"offset", TranslationKind::offset},
             {"iommu", TranslationKind::iommu}},
            [](auto& s) -> auto& { return s.host.translation; },
            "How a bus address becomes a physical one: unchanged, less a constant, or by page tables."),
        counted(
            "host.offset", Kind::size, {.max = 4096 * gib, .multiple_of = page_size},
            [](auto& s) -> auto& { return s.host.offset; }, "The constant of `offset`: bus = physical + offset."),
        counted(
            "host.memory", Kind::size, {.min = 16 * mib, .max = 64 * gib, .multiple_of = page_size},
            [](auto& s) -> auto& { return s.host.memory; }, "RAM. Pages that nobody writes cost nothing."),
        counted(
            "host.posting_delay", Kind::time, {.max = ms}, [](auto& s) -> auto& { return s.host.posting.delay; },
            "From a write's last data phase to its bytes in memory, if none wait before it."),
        counted(
            "host.posting_buffer", Kind::size, {.min = 64, .max = mib, .or_zero = true},
            [](auto& s) -> auto& { return s.host.posting.buffer; },
            "Bytes that may wait on their way into memory; a write that has no room is retried. `0 B`: no limit."),
        counted(
            "host.posting_drain", Kind::rate, {.min = 1'000'000, .max = 1'000'000'000'000, .or_zero = true},
            [](auto& s) -> auto& { return s.host.posting.drain; },
            "The pace at which they reach memory; `0 B/s`: no limit."),
        counted(
            "host.read_latency", Kind::time, {.max = ms}, [](auto& s) -> auto& { return s.host.read_latency; },
            "Of another master's read from memory, which is retried until then (delayed transaction); `0 s`: at once."),
        choice<dma::Fragmentation>(
            "host.fragmentation",
            {{"contiguous", dma::Fragmentation::contiguous}, {"scattered", dma::Fragmentation::scattered}},
            [](auto& s) -> auto& { return s.fragmentation; },
            "Whether the pages of the consumer's buffers are neighbours in RAM."),
        counted(
            "host.copy_bandwidth", Kind::rate, {.min = 1'000'000, .max = 1'000'000'000'000},
            [](auto& s) -> auto& { return s.cpu.copy_bandwidth; }, "Of a memcpy between cold buffers."),
        counted(
            "host.interrupt_latency", Kind::time, {.max = second},
            [](auto& s) -> auto& { return s.cpu.interrupt_latency; },
            "From the interrupt's arrival to the first instruction of the ISR."),
        counted(
            "host.dpc_latency", Kind::time, {.max = second}, [](auto& s) -> auto& { return s.cpu.dpc_latency.minimum; },
            "From queueing a DPC to its first instruction, at least."),
        counted(
            "host.dpc_latency_spread", Kind::time, {.max = second},
            [](auto& s) -> auto& { return s.cpu.dpc_latency.spread; },
            "What each DPC takes longer at most, at random."),
        counted(
            "host.dpc_latency_tail", Kind::time, {.max = second},
            [](auto& s) -> auto& { return s.cpu.dpc_latency.tail; },
            "What some of them take longer still at most, at random."),
        counted(
            "host.dpc_latency_tail_per_million", Kind::number, {.max = 1'000'000},
            [](auto& s) -> auto& { return s.cpu.dpc_latency.tail_per_million; }, "How many in a million do."),

        optional_number(
            "host.map_registers", {.min = 1, .max = 1'000'000},
            [](auto& s) -> auto& { return s.host_dma.hal.map_registers; },
            "Map registers of the host: pages through which data of a device without scatter/gather is copied. Without "
            "it there are as many as needed; Windows has been seen with 16 and 64."),
        choice<dma::BouncePolicy>(
            "host.bounce", {{"when-needed", dma::BouncePolicy::when_needed}, {"always", dma::BouncePolicy::always}},
            [](auto& s) -> auto& { return s.host_dma.hal.policy.bounce; },
            "Whether data goes through map registers only where the device could not do without, or always."),

        choice<bool>(
            "host.gather", {{"off", false}, {"on", true}},
            [](auto& s) -> auto& { return s.host_dma.hal.policy.gather_by_translation; },
            "Whether an IOMMU gives scattered pages neighbouring bus addresses, so that a device without "
            "scatter/gather needs no copy. What Windows does is not published."),

        choice<dma::Strategy>(
            "driver.strategy",
            {{"common-buffer", dma::Strategy::common_buffer},
             {"packet", dma::Strategy::packet},
             {"scatter-gather", dma::Strategy::scatter_gather},
             {"rearm", dma::Strategy::rearm},
             {"physical-address", dma::Strategy::physical_address}},
            [](auto& s) -> auto& { return s.driver.strategy; },
            "How a frame gets to the consumer: by a common buffer and a copy; straight into the consumer's buffer, "
            "which "
            "the host maps to one bus address (`packet`), to several of which the card can be given one "
            "(`scatter-gather`), or to several one after the other (`rearm`); or by a common buffer of which the card "
            "is "
            "given, wrongly, the physical address."),
        choice<dma::StackKind>(
            "driver.stack",
            {{"direct", dma::StackKind::direct},
             {"child-pdo", dma::StackKind::child_pdo},
             {"bus-interface", dma::StackKind::bus_interface},
             {"pci-pdo", dma::StackKind::pci_pdo},
             {"lent-adapter", dma::StackKind::lent_adapter},
             {"service", dma::StackKind::service},
             {"fdo", dma::StackKind::fdo},
             {"unreported-pdo", dma::StackKind::unreported_pdo}},
            [](auto& s) -> auto& { return s.host_dma.stack; },
            "Where the driver gets its DMA adapter: directly on pci.sys, or above a bus driver between them. Four ways "
            "work there: that answers for its child (`bus-interface`), passes the PDO from pci.sys up, lends its "
            "adapter, "
            "or does the DMA itself (`service`). The child's own PDO gives none; an FDO and a PDO that is not reported "
            "yet stop the system."),
        counted(
            "driver.max_mapping", Kind::size, {.min = 64, .max = gib, .power_of_two = true, .or_zero = true},
            [](auto& s) -> auto& { return s.host_dma.max_mapping; },
            "Longer mappings of a frame are split (AVStream: MaxMappingsByteCount); `0 B`: none."),
        counted(
            "driver.buffers", Kind::number, {.min = 1, .max = 16}, [](auto& s) -> auto& { return s.driver.buffers; },
            "Frames that fit the common buffer."),
        counted(
            "driver.alignment", Kind::size, {.min = 1, .max = gib, .power_of_two = true, .or_zero = true},
            [](auto& s) -> auto& { return s.driver.alignment; },
            "Of each frame in the common buffer; `0 B` for what the card's CAPABILITY register demands."),

        counted(
            "consumer.buffers", Kind::number, {.min = 1, .max = 64},
            [](auto& s) -> auto& { return s.consumer.buffers; }, "Frame buffers in circulation."),
        counted(
            "consumer.page_offset", Kind::size, {.max = page_size - 1},
            [](auto& s) -> auto& { return s.consumer.page_offset; },
            "Where in its first page each frame buffer begins."),
        choice<std::optional<dma::DownstreamPeer>>(
            "consumer.allocator", allocator_words(), [](auto& s) -> auto& { return s.consumer.allocator; },
            "With whom the allocator of the frame buffers is negotiated, whose result then decides where they begin: a "
            "DirectShow peer that keeps the card's alignment (`standard`, `own-allocator`) or loses it. `none`: "
            "consumer.page_offset decides."),
        counted(
            "consumer.alignment", Kind::size, {.min = 1, .max = 64 * kib, .power_of_two = true, .or_zero = true},
            [](auto& s) -> auto& { return s.consumer.alignment; },
            "What the peer of consumer.allocator asks for each buffer (DirectShow: cbAlign); `0 B`: nothing."),
        counted(
            "consumer.prefix", Kind::size, {.max = 64 * kib}, [](auto& s) -> auto& { return s.consumer.prefix; },
            "What the peer of consumer.allocator wants before each buffer (DirectShow: cbPrefix)."),
        counted(
            "consumer.hold", Kind::time, {.max = 60 * second}, [](auto& s) -> auto& { return s.consumer.hold; },
            "How long a delivered frame is kept before its buffer comes back."),
    };
}

}  // namespace

std::span<const Key> keys() {
    static const std::vector<Key> table = declare_keys();
    return table;
}

const Key* find_key(std::string_view name) {
    const auto key = std::find_if(keys().begin(), keys().end(), [&](const Key& each) { return each.name == name; });
    return key == keys().end() ? nullptr : &*key;
}

}  // namespace ghostcard::scenarios
