// SPDX-License-Identifier: MIT
// Gives a fuzz target the inputs that are named, files or whole folders, without a fuzzer.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

unsigned replay(const fs::path& path) {
    if (fs::is_directory(path)) {
        unsigned count = 0;
        for (const auto& entry : fs::directory_iterator(path))
            if (entry.is_regular_file()) count += replay(entry);
        return count;
    }
    std::ifstream file(path, std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(file), {});
    std::printf("%s\n", path.c_str());
    std::fflush(stdout);  // which of them it was, should it crash
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
    return 1;
}

}  // namespace

int main(int argc, char* argv[]) {
    unsigned count = 0;
    for (int i = 1; i < argc; ++i) count += replay(argv[i]);
    return count > 0 ? 0 : 1;
}
