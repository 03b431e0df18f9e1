// SPDX-License-Identifier: MIT
#include <ghostcard/dma/capture_driver.h>
#include <ghostcard/dma/stack/bug_check.h>
#include <ghostcard/dma/stack/host_dma.h>
#include <tests/dma/fake_card.h>
#include <tests/dma/fake_clock.h>
#include <tests/dma/fake_interrupts.h>
#include <tests/dma/fake_translation.h>
#include <tests/support/catch.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace ghostcard;
using namespace ghostcard::test;
using dma::DriverStatus;
using dma::Fragmentation;
using dma::StackKind;
using dma::Strategy;

namespace {

constexpr std::uint64_t gib = 1ull << 30;
using Codes = std::vector<std::string>;

/// What a case chooses.
struct Choice {
    Strategy strategy = Strategy::common_buffer;
    std::optional<std::uint64_t> constant = std::nullopt;
    dma::HostDmaSettings host{};
    std::uint64_t page_offset = 0;
    Fragmentation fragmentation = Fragmentation::scattered;
    unsigned height = 256;  ///< Lines of 64 bytes: four pages.
};

/// A host that does DMA as Windows does, with the fake card in it, a driver, and a consumer with frame buffers.
struct Windows {
    explicit Windows(const Choice& choice)
        : choice_(choice), translation(choice.constant), settings(driver_settings()) {
        card.height = choice.height;
        for (int i = 0; i < 3; ++i) {
            buffers.push_back(
                dma::FrameBuffer::allocate(memory, pages, card.frame_length(), choice.page_offset, choice.fragmentation)
                    .value());
            host.port().add_buffer(buffers.back());
        }
    }
    dma::DriverSettings driver_settings() const {
        dma::DriverSettings made;
        made.strategy = choice_.strategy;
        return made;
    }
    DriverStatus start() {
        for (const auto& buffer : buffers) queue.queue(buffer.bytes());
        return driver.start();
    }
    void settle() {
        for (unsigned i = 0; i < 1000; ++i) {
            if ((card.take_message() || card.line()) && interrupts.connected())
                (void)interrupts.interrupt();
            else if (!interrupts.run_deferred())
                return;
        }
        FAIL("interrupted for ever");
    }
    void capture(unsigned frames = 1) {
        for (unsigned i = 0; i < frames; ++i) {
            clock.pass(milliseconds(16));
            card.frame();
            settle();
        }
    }
    /// The numbers of the card's frames that the consumer has received, 0 for what is none.
    std::vector<std::uint64_t> received() {
        std::vector<std::uint64_t> numbers;
        while (const auto frame = queue.receive()) {
            if (frame->header.bytes_used == 0) continue;
            std::uint64_t number = 1;
            const auto differs = [&] {
                for (std::uint64_t at = 0; at < card.frame_length(); ++at)
                    if (frame->buffer[at] != FakeCard::content(number, at)) return true;
                return false;
            };
            while (number < 10 && differs()) ++number;
            numbers.push_back(number < 10 ? number : 0);
        }
        return numbers;
    }
    void stop() {
        driver.stop();
        host.unload();
    }
    Codes codes() const {
        Codes found;
        for (const auto& finding : host.verifier().findings()) found.emplace_back(info_of(finding.check).code);
        return found;
    }
    std::string last_word() const { return driver.events().back().text; }

    const Choice choice_;
    HostMemory memory{64ull << 20};
    dma::PageAllocator pages{memory, Random(1, "pages")};
    FakeTranslation translation;
    FakeClock clock;
    FakeInterrupts interrupts;
    FakeCard card{memory, translation, clock};
    dma::DriverSettings settings;
    dma::HostDma host{memory,       pages,    translation,       clock,
                      choice_.host, settings, {.alignment = 64}, std::uint64_t{64} * choice_.height};
    dma::WatchedRegisters bar0{card.card_window(), host.verifier()};
    dma::WatchedInterrupts watched{interrupts, host.verifier(), host.irql()};
    dma::FrameQueue queue;
    std::vector<dma::FrameBuffer> buffers;
    dma::CaptureDriver driver{
        {card.config_window(), bar0, host.port(), watched, clock, host.port(), &host.port()}, settings, queue};
};

using Numbers = std::vector<std::uint64_t>;
const std::optional<std::uint64_t> regimes[] = {0, gib, std::nullopt};

}  // namespace

TEST_CASE("every strategy that works delivers the same frames, and the verifier has nothing to say",
          "[dma][strategy]") {
    for (const Strategy strategy : {Strategy::common_buffer, Strategy::packet, Strategy::rearm}) {
        Windows machine({.strategy = strategy,
                         .constant = GENERATE(from_range(std::begin(regimes), std::end(regimes))),
                         .page_offset = 64});
        REQUIRE(machine.start() == DriverStatus::ok);
        machine.capture(2);
        CHECK(machine.received() == Numbers{1, 2});
        machine.stop();
        CHECK(machine.codes() == Codes{});
        CHECK(machine.queue.taken_buffers() == 0);
    }
}

TEST_CASE("with scatter/gather a scattered frame has too many mappings for one descriptor", "[dma][strategy]") {
    Windows machine({.strategy = Strategy::scatter_gather});
    CHECK(machine.start() == DriverStatus::too_many_mappings);
    CHECK(machine.driver.statistics().mappings_per_frame == 4);
    CHECK(machine.last_word().find("4 mappings") != std::string::npos);
    CHECK(machine.queue.taken_buffers() == 0);
    CHECK(machine.host.verifier().mappings().live().empty());
}

TEST_CASE("with scatter/gather a contiguous frame is one mapping, which the card takes", "[dma][strategy]") {
    Windows machine({.strategy = Strategy::scatter_gather, .fragmentation = Fragmentation::contiguous});
    REQUIRE(machine.start() == DriverStatus::ok);
    machine.capture(2);
    CHECK(machine.received() == Numbers{1, 2});
    CHECK(machine.driver.statistics().mappings_per_frame == 1);
    machine.stop();
    CHECK(machine.codes() == Codes{});
}

TEST_CASE("a re-armed descriptor costs an operation and an interrupt for each mapping", "[dma][strategy]") {
    Windows machine({.strategy = Strategy::rearm, .page_offset = 128});
    REQUIRE(machine.start() == DriverStatus::ok);
    machine.capture(2);
    CHECK(machine.driver.statistics().mappings_per_frame == 5);
    CHECK(machine.driver.statistics().dma_operations == 11);  // the last waits for a third frame
    CHECK(machine.driver.statistics().interrupts_claimed == 10);
    CHECK(machine.driver.statistics().bytes_copied == 0);
}

TEST_CASE("MaxMappingsByteCount splits mappings", "[dma][strategy]") {
    const auto mappings = [](std::uint64_t max) {
        Windows machine({.strategy = Strategy::rearm, .host = {.max_mapping = Bytes{max}}});
        REQUIRE(machine.start() == DriverStatus::ok);
        machine.capture(1);
        CHECK(machine.received() == Numbers{1});
        return machine.driver.statistics().mappings_per_frame;
    };
    CHECK(mappings(1u << 30) == 4);
    CHECK(mappings(4096) == 4);
    CHECK(mappings(2048) == 8);
}

TEST_CASE("packet DMA needs as many registers as a frame has pages", "[dma][strategy]") {
    for (const std::uint64_t registers : {3u, 4u}) {
        Windows machine({.strategy = Strategy::packet, .host = {.hal = {.map_registers = registers}}});
        CHECK(machine.start() == (registers == 4 ? DriverStatus::ok : DriverStatus::not_mappable));
        if (registers < 4) CHECK(machine.last_word().find("too few map registers") != std::string::npos);
    }
}

TEST_CASE("packet DMA is one mapping and keeps the misalignment of the buffer", "[dma][strategy]") {
    Windows machine({.strategy = Strategy::packet, .page_offset = 32});
    REQUIRE(machine.start() == DriverStatus::ok);
    CHECK(machine.driver.statistics().mappings_per_frame == 1);
    machine.settle();
    CHECK(machine.driver.status() == DriverStatus::dma_refused);
    CHECK(machine.codes() == Codes{"SIM-5"});

    Windows common({.page_offset = 32});
    REQUIRE(common.start() == DriverStatus::ok);
    common.capture(1);
    CHECK(common.received() == Numbers{1});  // the common buffer does not care
}

TEST_CASE("packet DMA copies too, unless the frame is contiguous", "[dma][strategy]") {
    const auto copy_time = [](Fragmentation fragmentation) {
        Windows machine({.strategy = Strategy::packet, .fragmentation = fragmentation});
        REQUIRE(machine.start() == DriverStatus::ok);
        machine.capture(1);
        CHECK(machine.received() == Numbers{1});
        return machine.driver.statistics().copy_time;
    };
    CHECK(copy_time(Fragmentation::scattered) > Duration::zero());
    CHECK(copy_time(Fragmentation::contiguous) == Duration::zero());
}

TEST_CASE("a direct transport without a buffer is not armed, and goes on when one has come", "[dma][strategy]") {
    for (const Strategy strategy : {Strategy::packet, Strategy::rearm}) {
        Windows machine({.strategy = strategy});
        REQUIRE(machine.start() == DriverStatus::ok);
        machine.capture(4);  // three buffers; the fourth frame finds none, and is dropped by the card
        CHECK(machine.received() == Numbers{1, 2, 3});
        CHECK(machine.driver.statistics().card_drops == 1);
        machine.queue.queue(machine.buffers[0].bytes());
        machine.capture(2);  // the fifth tells the driver of its drop, and the sixth has a place
        const auto frame = machine.queue.receive();
        REQUIRE(frame);
        CHECK(frame->header.discontinuity);
        CHECK(frame->header.sequence == 5);
        machine.stop();
        CHECK(machine.codes() == Codes{});
    }
}

TEST_CASE("a frame that is torn while parts of it move is moved anew from its first part", "[dma][strategy]") {
    Windows machine({.strategy = Strategy::rearm});
    REQUIRE(machine.start() == DriverStatus::ok);
    machine.capture(1);
    machine.card.overrun();
    machine.settle();
    machine.capture(1);
    CHECK(machine.received() == Numbers{1, 3});
}

TEST_CASE("a physical address is named under every translation, whatever comes of it", "[dma][strategy]") {
    const auto regime = GENERATE(from_range(std::begin(regimes), std::end(regimes)));
    Windows machine({.strategy = Strategy::physical_address, .constant = regime});
    REQUIRE(machine.start() == DriverStatus::ok);
    machine.capture(3);
    CHECK((machine.driver.status() == DriverStatus::ok) == (regime == std::optional<std::uint64_t>(0)));
    REQUIRE_FALSE(machine.codes().empty());
    CHECK(machine.codes()[0] == "SIM-4");
    CHECK(machine.host.verifier().findings()[0].place.physical_address);
}

TEST_CASE("the ways up that work deliver, and DMA as a service costs a second copy", "[dma][strategy]") {
    Duration direct{};
    for (const StackKind stack : {StackKind::direct, StackKind::pci_pdo, StackKind::lent_adapter,
                                  StackKind::bus_interface, StackKind::service}) {
        Windows machine({.host = {.stack = stack}});
        REQUIRE(machine.start() == DriverStatus::ok);
        machine.capture(2);
        CHECK(machine.received() == Numbers{1, 2});
        const Duration copied = machine.driver.statistics().copy_time;
        if (stack == StackKind::direct) direct = copied;
        CHECK(copied == direct * (stack == StackKind::service ? 2 : 1));
        machine.stop();
        CHECK(machine.codes() == Codes{});
    }
}

TEST_CASE("above an intermediate bus that does not answer the driver gets no adapter", "[dma][strategy]") {
    for (const Strategy strategy : {Strategy::common_buffer, Strategy::packet}) {
        Windows machine({.strategy = strategy, .host = {.stack = StackKind::child_pdo}});
        CHECK(machine.start() ==
              (strategy == Strategy::packet ? DriverStatus::not_mappable : DriverStatus::no_common_buffer));
        CHECK(machine.last_word().find("IoGetDmaAdapter returns NULL") != std::string::npos);
    }
}

TEST_CASE("a wrong PDO stops the system while the driver starts", "[dma][strategy]") {
    for (const StackKind stack : {StackKind::fdo, StackKind::unreported_pdo}) {
        Windows machine({.host = {.stack = stack}});
        CHECK_THROWS_AS(machine.start(), dma::BugCheck);
    }
}

TEST_CASE("the port's common buffer meets alignment and boundary above a page", "[dma][strategy]") {
    Windows machine({.constant = 5 * page_size, .height = 4096});  // a common buffer takes as many pages at the most
    for (const DmaConstraints constraints : {DmaConstraints{.alignment = 65536}, DmaConstraints{.boundary = 65536},
                                             DmaConstraints{.alignment = 4096, .boundary = 32768}}) {
        CommonBuffer buffer;
        REQUIRE(machine.host.port().allocate_common_buffer(16384, constraints, buffer) == DmaError::none);
        CHECK(constraints.allow(BusRange::of(buffer.bus_address, 16384).value()));
        CHECK(buffer.bytes.size() == 16384);
        CHECK(machine.translation.to_physical(buffer.bus_address) ==
              machine.host.port().physical_address(buffer.bytes.data()));
        CHECK(machine.host.port().free_common_buffer({buffer.bytes.first(1), buffer.bus_address}) ==
              DmaError::unknown_buffer);
        CHECK(machine.host.port().free_common_buffer(buffer) == DmaError::none);
    }
}
