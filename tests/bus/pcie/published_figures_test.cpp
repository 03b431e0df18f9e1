// SPDX-License-Identifier: MIT
#include "tests/support/catch.h"
#include "tests/support/table.h"

#include <ghostcard/bus/pcie/link.h>

#include <algorithm>
#include <deque>
#include <map>
#include <tuple>
#include <vector>

using namespace ghostcard;
using namespace ghostcard::bus::pcie;
using namespace ghostcard::tests;

namespace {

/// A host that takes everything.
struct OpenHost : HostSide {
    Duration room_for(std::uint64_t, Duration at) override { return at; }
    void write(BusAddress, std::span<const std::byte>, Duration) override {}
    bool read(BusAddress, std::span<std::byte>, Duration) override { return true; }
    bool has_unlimited_room() const override { return true; }
    bool is_message(BusAddress) const override { return false; }
};

/// What a device achieves that has several transfers under way at any time.
class Throughput : private LinkUser {
public:
    enum class Work { writes, reads, both };  ///< both: a transfer is a write and a read.

    Throughput(const PcieSettings& settings, Work work, std::uint64_t bytes, std::uint64_t base = 0x1000'0000,
               std::uint64_t window = 0)
        : settings_(settings),
          link_(make_link(LinkTiming::analytic, settings, {0, 1, 0}, host_, *this)),
          work_(work),
          bytes_(bytes),
          base_(base),
          window_(window) {}

    /// Megabytes a second, each way, as seen through a window whose edges may cut a TLP and an SKP ordered set.
    struct Rate {
        double seen;
        double uncertainty;
        double least() const { return seen - uncertainty; }
        double most() const { return seen + uncertainty; }
    };

    /// While so many bytes move, once as many transfers have ended as were begun at first.
    Rate measure(std::uint64_t bytes) {
        const auto under_way = std::clamp<std::uint64_t>(48'000 / bytes_, 3, 48);
        for (std::uint64_t i = 0; i < under_way; ++i) begin();
        while (ended_ < under_way) go_on();
        const Duration from = now_;
        const std::uint64_t before = moved();
        while (moved() < before + bytes) go_on();
        const double microseconds = std::chrono::duration<double, std::micro>(now_ - from).count();
        const std::uint64_t cut =
            std::min(bytes_, settings_.max_payload.count) + skp_length(settings_) * settings_.lanes;
        return {static_cast<double>(moved() - before) / microseconds, static_cast<double>(cut) / microseconds};
    }

private:
    struct Transfer {
        Run write;
        Run read;
        unsigned open = 0;
    };

    std::uint64_t moved() const {
        const std::uint64_t up = link_->counts(Direction::up).data_bytes;
        const std::uint64_t down = link_->counts(Direction::down).data_bytes;
        return work_ == Work::writes ? up : work_ == Work::reads ? down : std::min(up, down);
    }
    void go_on() {
        now_ = link_->next_due();
        link_->advance(now_);
        for (; fresh_ > 0; --fresh_) begin();
    }
    void begin() {
        Transfer& transfer = transfers_.emplace_back();
        data_.resize(bytes_);
        const std::uint64_t offset = window_ == 0 ? 0 : begun_++ * 4096 % window_;
        const Run run{.address = {base_ + offset}, .data = data_, .burst_bytes = bytes_};
        transfer.write = transfer.read = run;
        transfer.read.write = false;
        if (work_ != Work::reads) start(transfer, transfer.write);
        if (work_ != Work::writes) start(transfer, transfer.read);
    }
    void start(Transfer& transfer, Run& run) {
        ++transfer.open;
        link_->begin(run, now_);
    }
    void run_ended(Run& run, Duration) override {
        const auto owner = std::find_if(transfers_.begin(), transfers_.end(), [&run](const Transfer& transfer) {
            return &transfer.write == &run || &transfer.read == &run;
        });
        if (--owner->open > 0) return;
        ++ended_;
        ++fresh_;
        while (!transfers_.empty() && transfers_.front().open == 0) transfers_.pop_front();
    }
    void request_arrived(const Tlp&, Duration) override {}
    void completion_arrived(const Tlp&, Duration) override {}
    void interrupt_arrived(const Tlp&, Duration) override {}

    const PcieSettings settings_;
    OpenHost host_;
    std::unique_ptr<Link> link_;
    const Work work_;
    const std::uint64_t bytes_;
    const std::uint64_t base_;
    const std::uint64_t window_;
    std::vector<std::byte> data_;
    std::deque<Transfer> transfers_;
    Duration now_{};
    std::uint64_t ended_ = 0;
    unsigned fresh_ = 0;
    std::uint64_t begun_ = 0;
};

using Work = Throughput::Work;

constexpr double table_rounding = 0.05;  // megabytes a second: one decimal

/// Receivers that never hold anything up.
PcieSettings unlimited(const Row& row) {
    PcieSettings settings{.generation = static_cast<unsigned>(row.at("gen").back() - '0'),
                          .lanes = static_cast<unsigned>(std::stoul(row.at("lanes").substr(1))),
                          .max_payload = {std::stoull(row.at("mps"))},
                          .max_read_request = {std::stoull(row.at("mrrs"))}};
    settings.root = settings.device = {{}, {}, {}};
    settings.read_latency = {.minimum = nanoseconds(100)};
    settings.engine.outstanding_reads = 256;
    return settings;
}

std::uint64_t base_of(const Row& row) { return row.at("addr_bits") == "64" ? 0x1'0000'0000u : 0x1000'0000u; }

/// As if nothing but TLPs and SKP ordered sets took time; bytes of a transfer over those that it takes on the wire.
double ceiling(const PcieSettings& settings, std::uint64_t bytes, std::uint64_t wire) {
    const double rate = 512e12 / static_cast<double>(byte_time(settings).count());
    return rate / 1e6 * static_cast<double>(bytes) / static_cast<double>(wire) * (1 - 4.0 / 1538);
}

/// pcie-bench's card: an NFP-6000 on 8 lanes at 8 GT/s.
PcieSettings bench_card() {
    PcieSettings settings{};
    settings.engine.writes_per_second = 47'400'000;
    return settings;
}

/// A card that does one thing after the other, each on the next page of a window.
struct Trips {
    unsigned reads = 1;
    std::uint64_t bytes = 64;
    std::uint64_t window = 4096;
    bool write_first = false;  ///< Each read follows a write to its address, and both count.
};

std::vector<Duration> round_trips(const PcieSettings& settings, const Trips& trips) {
    struct OneByOne : LinkUser {
        unsigned ended = 0;
        void run_ended(Run&, Duration) override { ++ended; }
        void request_arrived(const Tlp&, Duration) override {}
        void completion_arrived(const Tlp&, Duration) override {}
        void interrupt_arrived(const Tlp&, Duration) override {}
    } user;
    OpenHost host;
    const auto link = make_link(LinkTiming::analytic, settings, {0, 1, 0}, host, user);
    std::vector<std::byte> data(trips.bytes);
    std::vector<Duration> took;
    Duration now{};
    for (unsigned i = 0; i < trips.reads; ++i) {
        const BusAddress address{0x1000'0000 + i * 4096ull % trips.window};
        Run read{.write = false, .address = address, .data = data, .burst_bytes = trips.bytes};
        Run write = read;
        write.write = true;
        const Duration begin = now;
        user.ended = 0;
        if (trips.write_first) link->begin(write, now);
        link->begin(read, now);
        while (user.ended < (trips.write_first ? 2u : 1u)) {
            now = link->next_due();
            link->advance(now);
        }
        took.push_back(now - begin);
    }
    return took;
}

double in_nanoseconds(Duration time) { return std::chrono::duration<double, std::nano>(time).count(); }
constexpr double card_clock = 13.3;

}  // namespace

// pcie_model_bw.csv: pcie-bench/pcie-model@40703cf charges the DLLPs of one direction to both, and has no double words;
// its last column charges none. What a transfer of whole double words achieves lies between the two.
TEST_CASE("writes achieve what lies between the published model and the ceiling without DLLPs", "[pcie][published]") {
    unsigned compared = 0;
    for (const Row& row : read_table("pcie_model_bw.csv")) {
        const std::uint64_t bytes = std::stoull(row.at("transfer_bytes"));
        INFO(row.at("gen") << ' ' << row.at("lanes") << " mps " << row.at("mps") << " bits " << row.at("addr_bits")
                           << " bytes " << bytes);
        Throughput writes(unlimited(row), Work::writes, bytes, base_of(row));
        const Throughput::Rate achieved = writes.measure(60'000 + 100 * bytes);
        CHECK(achieved.least() <= std::stod(row.at("write_MBps_ceiling_no_dllp")) + table_rounding);
        if (bytes % 4 != 0) continue;
        ++compared;
        CHECK(achieved.most() >= std::stod(row.at("write_MBps")));
    }
    CHECK(compared == 12 * 26);
}

TEST_CASE("reads achieve what lies between the published model and the ceiling without DLLPs", "[pcie][published]") {
    for (const Row& row : read_table("pcie_model_bw.csv")) {
        const std::uint64_t bytes = std::stoull(row.at("transfer_bytes"));
        if (bytes % 4 != 0) continue;
        INFO(row.at("gen") << ' ' << row.at("lanes") << " mps " << row.at("mps") << " bits " << row.at("addr_bits")
                           << " bytes " << bytes);
        for (const bool chunks : {false, true}) {
            PcieSettings settings = unlimited(row);
            if (chunks) settings.max_completion = settings.rcb;
            std::uint64_t wire = 0;
            for (std::uint64_t at = 0; at < bytes; at += first_completion({at}, bytes - at, settings)) wire += 20;
            Throughput reads(settings, Work::reads, bytes, base_of(row));
            const Throughput::Rate achieved = reads.measure(20'000 + 8 * bytes);
            CHECK(achieved.least() <= ceiling(settings, bytes, bytes + wire));
            CHECK(achieved.most() >= std::stod(row.at(chunks ? "read_MBps_rcb64_chunks" : "read_MBps")));
        }
    }
}

TEST_CASE("equal reads and writes together achieve no less than the published model", "[pcie][published]") {
    for (const Row& row : read_table("pcie_model_bw.csv")) {
        const std::uint64_t bytes = std::stoull(row.at("transfer_bytes"));
        if (bytes % 4 != 0) continue;
        INFO(row.at("gen") << ' ' << row.at("lanes") << " mps " << row.at("mps") << " bits " << row.at("addr_bits")
                           << " bytes " << bytes);
        const PcieSettings settings = unlimited(row);
        const std::uint64_t header = row.at("addr_bits") == "64" ? 24 : 20;
        const auto tlps = [bytes](std::uint64_t limit) { return (bytes + limit - 1) / limit; };
        const std::uint64_t up = bytes + header * (tlps(settings.max_payload.count) + tlps(512));
        Throughput both(settings, Work::both, bytes, base_of(row));
        const Throughput::Rate achieved = both.measure(20'000 + 8 * bytes);
        CHECK(achieved.least() <= ceiling(settings, bytes, up));
        CHECK(achieved.most() >= std::stod(row.at("simultaneous_rw_MBps_each")));
    }
}

// pciebench_bw_vs_size.csv: pcie-bench/data@b2abf2f, measured on Xeon E5 hosts, local memory.
TEST_CASE("the measured pace of small writes is that of the card's engine", "[pcie][published]") {
    for (const Row& row : read_table("pciebench_bw_vs_size.csv")) {
        const std::uint64_t bytes = std::stoull(row.at("bytes"));
        if (row.at("test") != "BW_DMA_WR" || bytes > 64 || bytes % 4 != 0) continue;
        INFO(row.at("system") << ' ' << bytes);
        const double achieved = Throughput(bench_card(), Work::writes, bytes).measure(3000 * bytes).seen;
        CHECK(achieved == Approx(std::stod(row.at("MBps"))).epsilon(0.005));
    }
}

TEST_CASE("no measured rate is beyond what the link allows", "[pcie][published]") {
    PcieSettings settings{};  // 8 lanes at 8 GT/s, payload 256, request 512, as the measured hosts
    settings.engine.outstanding_reads = 256;
    settings.root = {{}, {}, {}};
    std::map<std::pair<std::string, std::uint64_t>, double> fastest;
    for (const Row& row : read_table("pciebench_bw_vs_size.csv")) {
        double& rate = fastest[{row.at("test"), std::stoull(row.at("bytes"))}];
        rate = std::max(rate, std::stod(row.at("MBps")));
    }
    for (const auto& [transfer, rate] : fastest) {
        const auto& [test, bytes] = transfer;
        const Work work = test == "BW_DMA_WR" ? Work::writes : test == "BW_DMA_RD" ? Work::reads : Work::both;
        INFO(test << ' ' << bytes);
        CHECK(rate <= Throughput(settings, work, bytes).measure(100 * bytes).most());
    }
}

// pciebench_window_iommu_bw.csv: pcie-bench/data@b2abf2f, IOMMU on, 4 KiB pages, writes of 64 bytes.
TEST_CASE("translations cost nothing within the IOTLB's reach, and walks set the pace beyond", "[pcie][published]") {
    unsigned compared = 0;
    for (const Row& row : read_table("pciebench_window_iommu_bw.csv")) {
        const std::uint64_t window = std::stoull(row.at("window_bytes"));
        const bool within = window <= 256 << 10;
        if (row.at("iommu") != "True" || row.at("test") != "BW_DMA_WR" || row.at("bytes") != "64") continue;
        if (!within && window < 64 << 20) continue;  // some hits, some misses
        INFO(window);
        PcieSettings settings = bench_card();
        settings.iotlb.entries = 64;
        const double achieved = Throughput(settings, Work::writes, 64, 0x1000'0000, window).measure(2'000'000).seen;
        CHECK(achieved * 8 / 1000 == Approx(std::stod(row.at("Gbps"))).epsilon(within ? 0.005 : 0.02));
        ++compared;
    }
    CHECK(compared == 4 * (3 + 1));
}

// pciebench_latency.csv: LAT_DMA_RD of 64 bytes, memory local to the link's processor, no IOMMU. The card's clock
// resolves 13.3 ns.
TEST_CASE("the round trip of a 64 byte read is as measured, its tail included", "[pcie][published]") {
    std::vector<Duration> trips = round_trips({}, {.reads = 20'000});
    std::sort(trips.begin(), trips.end());
    const auto part = [&trips](double of) {
        return in_nanoseconds(trips[static_cast<std::size_t>(of * static_cast<double>(trips.size() - 1))]);
    };
    CHECK(part(0.5) >= 547);
    CHECK(part(0.5) <= 600);
    CHECK(part(0.95) <= 600);
    CHECK(part(0.999) >= part(0.95));
    CHECK(part(0.9999) <= 547 + 160);
}

// The same table: what a longer read takes longer is the link's share, which is modelled, and that of the card's own
// memory, which is not.
TEST_CASE("a longer read takes no less longer than the link makes it", "[pcie][published]") {
    const PcieSettings settings{.read_latency = {.minimum = nanoseconds(510)}};
    const auto modelled = [&](std::uint64_t bytes) {
        return in_nanoseconds(round_trips(settings, {.reads = 10, .bytes = bytes}).back());
    };
    std::map<std::string, std::map<std::uint64_t, double>> measured;
    for (const Row& row : read_table("pciebench_latency.csv"))
        if (row.at("test") == "LAT_DMA_RD")
            measured[row.at("system")][std::stoull(row.at("bytes"))] = std::stod(row.at("median_ns"));
    CHECK(measured.size() >= 8);
    for (const auto& [system, medians] : measured)
        for (const auto& [bytes, median] : medians) {
            if (bytes <= 64) continue;
            INFO(system << ' ' << bytes);
            CHECK(modelled(bytes) - modelled(64) <= median - medians.at(64) + card_clock);
        }
}

// pciebench_window_iommu_latency.csv: pcie-bench/data@b2abf2f, pages of 4 KiB, reads of 64 bytes. From 16 MiB on the
// processor's caches have a share in what is added.
TEST_CASE("a read within the IOTLB's reach takes no longer with an IOMMU, and beyond it a walk longer",
          "[pcie][published]") {
    PcieSettings settings{.read_latency = {.minimum = nanoseconds(510)}};
    const auto trip = [&settings](std::uint64_t window, bool write_first) {
        return in_nanoseconds(
            round_trips(settings, {.reads = 5000, .window = window, .write_first = write_first}).back());
    };
    std::map<std::string, std::map<std::uint64_t, double>> measured;
    for (const Row& row : read_table("pciebench_window_iommu_latency.csv"))
        if (row.at("iommu") == "True" && row.at("cache") != "DThrash")
            measured[row.at("test") + ' ' + row.at("cache")][std::stoull(row.at("window_bytes"))] =
                std::stod(row.at("median_ns"));
    CHECK(measured.size() == 6);
    double least = 1e9, most = 0;
    for (const auto& [test, medians] : measured) {
        const bool write_first = test.starts_with("LAT_DMA_WRRD");  // a write, and a read of the same address
        settings.iotlb.entries = 0;
        const double without = trip(8192, write_first);
        settings.iotlb.entries = 64;
        for (const auto& [window, median] : medians) {
            if (window == 512 << 10 || window > 8 << 20) continue;  // some hits, some misses; caches
            INFO(test << ' ' << window);
            const double added = median - medians.at(8192);
            const double modelled = trip(window, write_first) - without;
            const bool within = window <= 256 << 10;
            CHECK(added == Approx(within ? 0 : added));
            // packets begin with symbols, and the walk with the write, whose read comes 20 bytes later
            CHECK(modelled == Approx(within ? 0 : write_first ? 270 - 20 / 7.877 : 270).margin(2));
            if (within || write_first) continue;
            least = std::min(least, added);
            most = std::max(most, added);
        }
    }
    CHECK(least <= 270);
    CHECK(most >= 270);
}

// pciebench_unaligned_bw.csv: pcie-bench/data@b2abf2f, transfers from and to host addresses that lie so many bytes
// behind a multiple of 4 KiB.
TEST_CASE("no rate measured at an unaligned address is beyond what the link allows there", "[pcie][published]") {
    PcieSettings settings{};
    settings.engine.outstanding_reads = 256;
    settings.root = {{}, {}, {}};
    std::map<std::tuple<std::string, std::uint64_t, std::uint64_t>, double> fastest;
    for (const Row& row : read_table("pciebench_unaligned_bw.csv")) {
        double& rate = fastest[{row.at("test"), std::stoull(row.at("host_offset")), std::stoull(row.at("bytes"))}];
        rate = std::max(rate, std::stod(row.at("Gbps")) * 1000 / 8);
    }
    CHECK(fastest.size() == 2 * 15 * 7);
    for (const auto& [transfer, rate] : fastest) {
        const auto& [test, offset, bytes] = transfer;
        INFO(test << " offset " << offset << " bytes " << bytes);
        const Work work = test == "BW_DMA_WR" ? Work::writes : Work::reads;
        CHECK(rate <= Throughput(settings, work, bytes, 0x1000'0000 + offset).measure(100 * bytes).most());
    }
}

// What the link makes of them is part of what was seen; the measured card cuts at multiples of max_payload besides.
TEST_CASE("long writes to unaligned addresses lose no less than the additional TLP costs", "[pcie][published]") {
    PcieSettings settings{};
    settings.root = {{}, {}, {}};
    const auto modelled = [&](std::uint64_t offset, std::uint64_t bytes) {
        return Throughput(settings, Work::writes, bytes, 0x1000'0000 + offset).measure(1000 * bytes);
    };
    std::map<std::pair<std::uint64_t, std::uint64_t>, double> measured;
    for (const Row& row : read_table("pciebench_unaligned_bw.csv"))
        if (row.at("test") == "BW_DMA_WR" && row.at("device_offset") == "0" && std::stoull(row.at("bytes")) >= 1024)
            measured[{std::stoull(row.at("host_offset")), std::stoull(row.at("bytes"))}] = std::stod(row.at("Gbps"));
    CHECK(measured.size() == 15 * 2);
    for (const auto& [where, rate] : measured) {
        const auto& [offset, bytes] = where;
        INFO("offset " << offset << " bytes " << bytes);
        const double kept = modelled(offset, bytes).most() / modelled(0, bytes).least();
        CHECK(rate / measured.at({0, bytes}) <= kept);
        CHECK((modelled(offset, bytes).most() < modelled(0, bytes).least()) == (offset % 4 != 0));
    }
}

// pcie_published_and_measured.csv; ceilings and efficiencies as their sources state them.
TEST_CASE("single figures from vendors fit the model", "[pcie][published]") {
    const auto writes = [](PcieSettings settings) {
        settings.root = settings.device = {{}, {}, {}};
        return Throughput(settings, Work::writes, 4096).measure(2'000'000).seen;
    };
    // Oracle, "Expected PCIe bandwidth": ceilings 862.6 and 1725.2, typically 700 to 800 and 1400 to 1600
    CHECK(writes({.generation = 1, .lanes = 4, .max_payload = {128}}) == Approx(862.6).epsilon(0.001));
    CHECK(writes({.generation = 1, .lanes = 8, .max_payload = {128}}) == Approx(1725.2).epsilon(0.001));
    // Microchip and Xilinx WP350: 86 % and 92 % for payloads of 128 and 256 bytes
    CHECK(writes({.generation = 2, .lanes = 4, .max_payload = {128}}) / 2000 == Approx(0.86).epsilon(0.01));
    CHECK(writes({.generation = 2, .lanes = 4, .max_payload = {256}}) / 2000 == Approx(0.92).epsilon(0.01));
    // Intel AN690: 7.1 GB/s were seen, 8 lanes at 8 GT/s, payload 256; AN708: 7.19 GB/s
    CHECK(writes({.generation = 3, .lanes = 8, .max_payload = {256}}) >= 7190);
    // LitePCIe: 7575 MB/s each way, 8 lanes at 16 GT/s, payload 512
    CHECK(writes({.generation = 4, .lanes = 8, .max_payload = {512}}) >= 7575);
    // PLX PEX8532 data sheet: some 70 % of 2.5 Gb/s with ECRC, payload 256, two DLLPs for each TLP among it
    CHECK(writes({.generation = 1, .lanes = 1, .max_payload = {256}, .ecrc = true}) / 312.5 >= 0.683);
}
