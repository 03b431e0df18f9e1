// SPDX-License-Identifier: MIT
#pragma once

#include <ghostcard/base/register_access.h>
#include <ghostcard/base/register_map.h>
#include <tests/support/catch.h>

#include <cstdint>
#include <deque>

namespace ghostcard::test {

/// Expects exactly these accesses in exactly this order, and answers the reads.
class ScriptedRegisters final : public RegisterAccess {
public:
    ScriptedRegisters& expect_read(std::uint32_t offset, std::uint32_t value) {
        script_.push_back({false, offset, value});
        return *this;
    }
    ScriptedRegisters& expect_write(std::uint32_t offset, std::uint32_t value) {
        script_.push_back({true, offset, value});
        return *this;
    }
    template <class Register>
    ScriptedRegisters& expect_read(Value<Register> value) {
        return expect_read(Register::offset, value.raw());
    }
    template <class Register>
    ScriptedRegisters& expect_write(Value<Register> value) {
        return expect_write(Register::offset, value.raw());
    }
    bool finished() const { return script_.empty(); }

    std::uint32_t read(std::uint32_t offset) override { return next(false, offset, 0).value; }
    void write(std::uint32_t offset, std::uint32_t value) override { next(true, offset, value); }

private:
    struct Step {
        bool is_write;
        std::uint32_t offset;
        std::uint32_t value;
    };

    Step next(bool is_write, std::uint32_t offset, std::uint32_t value) {
        INFO((is_write ? "write of register " : "read of register ") << offset << ", value " << value);
        REQUIRE_FALSE(script_.empty());
        const Step step = script_.front();
        script_.pop_front();
        REQUIRE(step.is_write == is_write);
        REQUIRE(step.offset == offset);
        if (is_write) REQUIRE(step.value == value);
        return step;
    }

    std::deque<Step> script_;
};

}  // namespace ghostcard::test
