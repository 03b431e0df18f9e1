// SPDX-License-Identifier: MIT
#include <algorithm>
#include <limits>

#include "tests/remote/session_bench.h"

using namespace ghostcard;
using namespace ghostcard::tests;
using vfio_user::IrqInfo;
using vfio_user::SetIrqs;

namespace {

constexpr std::uint32_t assign = SetIrqs::data_eventfd | SetIrqs::trigger;  // 0x24
constexpr std::uint32_t disable = SetIrqs::data_none | SetIrqs::trigger;    // 0x21, with a count of 0
constexpr std::uint32_t trigger = disable;                                  // with a count
constexpr std::uint32_t mask = SetIrqs::data_none | SetIrqs::mask;          // 0x09
constexpr std::uint32_t unmask = SetIrqs::data_none | SetIrqs::unmask;      // 0x11
/// What the counter of an event file holds that is full.
constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max() - 1;
constexpr std::uint32_t intx = vfio_user::intx_irq, msi = vfio_user::msi_irq, msix = vfio_user::msix_irq;

struct Bench : SessionBench {
    Bench() { negotiate(); }
    void raise_line() {
        device.line = true;
        session.raise_line();
        session.flush(now);
    }
    void raise_message(unsigned vector = 0) {
        session.raise_message(vector);
        session.flush(now);
    }
    IrqInfo info(std::uint32_t index) {
        return ask(Command::device_get_irq_info, payload_of(IrqInfo{16, 0, index, 0})).as<IrqInfo>();
    }
    int set_booleans(std::uint32_t flags, std::uint32_t count, Buffer booleans) {
        const SetIrqs request{20 + static_cast<std::uint32_t>(booleans.size()), flags, intx, 0, count};
        return error_of(Command::device_set_irqs, payload_of(request, booleans));
    }

    FileDescriptor event = event_file();
};

}  // namespace

TEST_CASE("there are one INTx, one MSI, no MSI-X, one error and one request interrupt", "[remote][irq]") {
    Bench bench;
    CHECK(bench.info(0) == IrqInfo{16, IrqInfo::eventfd | IrqInfo::maskable | IrqInfo::automasked, 0, 1});
    CHECK(bench.info(1) == IrqInfo{16, IrqInfo::eventfd | IrqInfo::no_resize, 1, 1});
    CHECK(bench.info(2) == IrqInfo{16, IrqInfo::eventfd | IrqInfo::no_resize, 2, 0});
    CHECK(bench.info(3) == IrqInfo{16, IrqInfo::eventfd, 3, 1});
    CHECK(bench.info(4) == IrqInfo{16, IrqInfo::eventfd, 4, 1});
    CHECK(bench.error_of(Command::device_get_irq_info, payload_of(IrqInfo{16, 0, 5, 0})) == EINVAL);
    CHECK(bench.error_of(Command::device_get_irq_info, payload_of(IrqInfo{15, 0, 0, 0})) == EINVAL);
    CHECK(bench.error_of(Command::device_get_irq_info, Buffer(15)) == EINVAL);
}

TEST_CASE("the line signals once for each assertion, and then not before it is unmasked", "[remote][irq]") {
    Bench bench;
    REQUIRE(bench.set_irqs(assign, intx, 0, 1, copy_of(bench.event)) == 0);
    CHECK(signals(bench.event) == 0);
    bench.raise_line();
    CHECK(signals(bench.event) == 1);
    bench.device.line = false;
    bench.raise_line();
    CHECK(signals(bench.event) == 0);
    bench.device.line = false;
    CHECK(bench.set_irqs(unmask, intx, 0, 1) == 0);
    CHECK(signals(bench.event) == 0);
    bench.raise_line();
    CHECK(signals(bench.event) == 1);
}

TEST_CASE("unmasking signals again while the line is asserted", "[remote][irq]") {
    Bench bench;
    REQUIRE(bench.set_irqs(assign, intx, 0, 1, copy_of(bench.event)) == 0);
    bench.raise_line();
    CHECK(signals(bench.event) == 1);
    for (int i = 0; i < 3; ++i) {
        CHECK(bench.set_irqs(unmask, intx, 0, 1) == 0);
        CHECK(signals(bench.event) == 1);
    }
}

TEST_CASE("a client that assigns an event file while the line is asserted is signalled at once", "[remote][irq]") {
    Bench bench;
    bench.raise_line();
    REQUIRE(bench.set_irqs(assign, intx, 0, 1, copy_of(bench.event)) == 0);
    CHECK(signals(bench.event) == 1);
    const FileDescriptor other = event_file();
    REQUIRE(bench.set_irqs(assign, intx, 0, 1, copy_of(other)) == 0);
    CHECK(signals(other) == 1);
    CHECK(signals(bench.event) == 0);
}

TEST_CASE("a line that has gone down before it could be told signals nothing", "[remote][irq]") {
    Bench bench;
    REQUIRE(bench.set_irqs(assign, intx, 0, 1, copy_of(bench.event)) == 0);
    bench.device.line = true;
    bench.session.raise_line();
    bench.device.line = false;
    bench.session.flush(bench.now);
    CHECK(signals(bench.event) == 0);
}

TEST_CASE("a masked line is silent until it is unmasked", "[remote][irq]") {
    Bench bench;
    REQUIRE(bench.set_irqs(assign, intx, 0, 1, copy_of(bench.event)) == 0);
    CHECK(bench.set_irqs(mask, intx, 0, 1) == 0);
    bench.raise_line();
    CHECK(signals(bench.event) == 0);
    CHECK(bench.set_irqs(unmask, intx, 0, 1) == 0);
    CHECK(signals(bench.event) == 1);
}

TEST_CASE("a message signals as often as it is sent, and its one vector only", "[remote][irq]") {
    Bench bench;
    bench.raise_message();
    REQUIRE(bench.set_irqs(assign, msi, 0, 1, copy_of(bench.event)) == 0);
    CHECK(signals(bench.event) == 0);
    bench.raise_message();
    bench.raise_message();
    CHECK(signals(bench.event) == 2);
    bench.raise_message(1);
    CHECK(signals(bench.event) == 0);
    bench.raise_line();
    CHECK(signals(bench.event) == 0);
}

TEST_CASE("disabling an index takes its event file away", "[remote][irq]") {
    Bench bench;
    const std::size_t files = open_files();
    REQUIRE(bench.set_irqs(assign, msi, 0, 1, copy_of(bench.event)) == 0);
    CHECK(open_files() == files + 1);
    CHECK(bench.set_irqs(disable, msi, 0, 0) == 0);
    CHECK(open_files() == files);
    bench.raise_message();
    CHECK(signals(bench.event) == 0);
    CHECK(bench.set_irqs(disable, msi, 0, 0) == 0);
    CHECK(bench.set_irqs(disable, msi, 1, 0) == EINVAL);
    for (std::uint32_t index = 0; index < 5; ++index) CHECK(bench.set_irqs(disable, index, 0, 0) == 0);
    CHECK(bench.set_irqs(disable, 5, 0, 0) == EINVAL);
}

TEST_CASE("assigning without a file de-assigns", "[remote][irq]") {
    Bench bench;
    REQUIRE(bench.set_irqs(assign, intx, 0, 1, copy_of(bench.event)) == 0);
    CHECK(bench.set_irqs(assign, intx, 0, 1) == 0);
    bench.raise_line();
    CHECK(signals(bench.event) == 0);
    CHECK(bench.set_irqs(assign, msi, 0, 1) == 0);
    CHECK(bench.set_irqs(assign, msi, 0, 2) == EINVAL);
}

TEST_CASE("taking files from MSI-X vectors that there are not does nothing, and giving them one fails",
          "[remote][irq]") {
    Bench bench;
    CHECK(bench.set_irqs(assign, msix, 0, 1) == 0);
    CHECK(bench.set_irqs(assign, msix, 0, 1, copy_of(bench.event)) == EINVAL);
}

TEST_CASE("SET_IRQS with a flag that nobody knows, or not exactly one kind of data and one action, is EINVAL",
          "[remote][irq]") {
    Bench bench;
    for (std::uint32_t flags = 0; flags < 0x100; ++flags) {
        constexpr std::array<std::uint32_t, 7> possible{0x09, 0x11, 0x21, 0x0a, 0x12, 0x22, 0x24};
        const bool is_possible = std::ranges::find(possible, flags) != possible.end();
        const SetIrqs request{21, flags, intx, 0, 1};
        INFO("flags " << flags);
        CHECK(bench.error_of(Command::device_set_irqs, payload_of(request, data_of(1, 1))) ==
              (is_possible ? 0 : EINVAL));
    }
    CHECK(bench.set_irqs(0x24 | 0x8000'0000, intx, 0, 1, copy_of(bench.event)) == EINVAL);
}

TEST_CASE("SET_IRQS beyond the interrupts of an index is EINVAL, however large its numbers", "[remote][irq]") {
    Bench bench;
    constexpr std::uint32_t highest = std::numeric_limits<std::uint32_t>::max();
    CHECK(bench.set_irqs(trigger, intx, 0, 1) == 0);
    CHECK(bench.set_irqs(trigger, intx, 0, 2) == EINVAL);
    CHECK(bench.set_irqs(trigger, intx, 1, 1) == EINVAL);
    CHECK(bench.set_irqs(trigger, intx, 1, highest) == EINVAL);
    CHECK(bench.set_irqs(trigger, intx, highest, 1) == EINVAL);
    CHECK(bench.set_irqs(mask, intx, 0, 0) == EINVAL);
    CHECK(bench.set_irqs(trigger, highest, 0, 1) == EINVAL);
}

TEST_CASE("as many files come as interrupts are assigned, and event files only", "[remote][irq]") {
    Bench bench;
    std::vector<FileDescriptor> two;
    two.push_back(event_file());
    two.push_back(event_file());
    CHECK(bench.error_of(Command::device_set_irqs, payload_of(SetIrqs{20, assign, intx, 0, 1}), std::move(two)) ==
          EINVAL);
    CHECK(bench.set_irqs(assign, intx, 0, 1, memory_file(4096)) == EINVAL);
    CHECK(bench.set_irqs(assign, intx, 0, 1, checked(open("/dev/null", O_RDWR | O_CLOEXEC))) == EINVAL);
    CHECK(bench.set_irqs(unmask, intx, 0, 1, copy_of(bench.event)) == EINVAL);
}

TEST_CASE("files come in chunks, each with its own start", "[remote][irq]") {
    Bench bench;
    const FileDescriptor error = event_file(), request = event_file();
    REQUIRE(bench.set_irqs(assign, intx, 0, 1, copy_of(bench.event)) == 0);
    REQUIRE(bench.set_irqs(assign, vfio_user::error_irq, 0, 1, copy_of(error)) == 0);
    REQUIRE(bench.set_irqs(assign, vfio_user::request_irq, 0, 1, copy_of(request)) == 0);
    CHECK(bench.set_irqs(trigger, vfio_user::request_irq, 0, 1) == 0);
    CHECK(signals(request) == 1);
    CHECK(signals(error) == 0);
    CHECK(signals(bench.event) == 0);
}

TEST_CASE("masking by an event file, and masking of a message, are not supported", "[remote][irq]") {
    Bench bench;
    CHECK(bench.set_irqs(SetIrqs::data_eventfd | SetIrqs::mask, intx, 0, 1, copy_of(bench.event)) == EINVAL);
    CHECK(bench.set_irqs(SetIrqs::data_eventfd | SetIrqs::unmask, intx, 0, 1, copy_of(bench.event)) == EINVAL);
    CHECK(bench.set_irqs(mask, msi, 0, 1) == EINVAL);
    CHECK(bench.set_irqs(unmask, msi, 0, 1) == EINVAL);
}

TEST_CASE("booleans say for which interrupts the action is meant", "[remote][irq]") {
    Bench bench;
    REQUIRE(bench.set_irqs(assign, intx, 0, 1, copy_of(bench.event)) == 0);
    constexpr std::uint32_t flags = SetIrqs::data_bool | SetIrqs::trigger;
    CHECK(bench.set_booleans(flags, 1, data_of(1, 0)) == 0);
    CHECK(signals(bench.event) == 0);
    CHECK(bench.set_booleans(flags, 1, data_of(1, 1)) == 0);
    CHECK(signals(bench.event) == 1);
    CHECK(bench.set_booleans(flags, 1, {}) == EINVAL);
    CHECK(bench.set_booleans(flags, 1, data_of(2, 1)) == EINVAL);
}

TEST_CASE("argsz of SET_IRQS is the size of its payload", "[remote][irq]") {
    Bench bench;
    CHECK(bench.error_of(Command::device_set_irqs, Buffer(19)) == EINVAL);
    CHECK(bench.error_of(Command::device_set_irqs, payload_of(SetIrqs{19, trigger, intx, 0, 1})) == EINVAL);
    CHECK(bench.error_of(Command::device_set_irqs, payload_of(SetIrqs{20, trigger, intx, 0, 1})) == 0);
    CHECK(bench.error_of(Command::device_set_irqs, payload_of(SetIrqs{21, trigger, intx, 0, 1})) == EINVAL);
}

// No write() gets a counter there: it would fail or, whenever the client has made its file blocking, wait.
TEST_CASE("an event file that is full and blocking blocks nobody, and says that it was too much", "[remote][irq]") {
    Bench bench;
    const FileDescriptor full = checked(eventfd(0, EFD_CLOEXEC));
    REQUIRE(write(full.get(), &most, sizeof most) == sizeof most);
    REQUIRE(bench.set_irqs(assign, msi, 0, 1, copy_of(full)) == 0);
    for (const int flags : {O_RDWR | O_NONBLOCK, O_RDWR}) {
        REQUIRE(fcntl(full.get(), F_SETFL, flags) == 0);
        bench.raise_message();
    }
    CHECK(signals(full) == most + 1);
    bench.raise_message();
    CHECK(signals(full) == 1);
}
