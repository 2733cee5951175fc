// Where the upstream tools begin: each GGUF file that they will read is looked through first (their own main is compiled as upstream_main).

#include "bad-input.h"
#include "base-identity.h"
#include "check-gguf.h"
#include "distinct-files.h"
#include "guarded.h"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

int upstream_main(int argc, char ** argv);

static bool ends_with(const std::string & text, const std::string & end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), std::string::npos, end) == 0;
}

// The files of one argument: a list with commas, each perhaps with a scale behind it.
static void check_files(const std::string & argument) {
    std::stringstream list(argument);
    for (std::string file; std::getline(list, file, ',');) {
        const size_t scale = file.rfind(".gguf:");
        file = scale == std::string::npos ? file : file.substr(0, scale + 5);
        if (ends_with(file, ".gguf") && std::ifstream(file)) {
            check_gguf(file, "model");
        }
    }
}

// Adapters of one file each are of the model that they are laid over.
static void check_adapters(const std::vector<named_file> & files) {
    for (const named_file & adapter : files) {
        for (const named_file & model : files) {
            if (adapter.flag == "--lora" && (model.flag == "-m" || model.flag == "--model") && std::ifstream(adapter.path) &&
                std::ifstream(model.path)) {
                check_base(adapter.path, model.path);
            }
        }
    }
}

int main(int argc, char ** argv) {
    const char * slash = std::strrchr(argv[0], '/');
    const std::string tool = slash ? slash + 1 : argv[0];
    std::string first;
    std::vector<named_file> files;
    try {
        for (int i = 1; i < argc; i++) {
            const std::string before = argv[i - 1], argument = argv[i];
            const bool output = before == "-o" || before == "--output" || before == "--output-file" || before == "--outfile";
            const bool written = output || (tool == "llama-quantize" && !first.empty());
            if (!written && argument.find(".gguf") != std::string::npos) {
                check_files(argument);
                first = first.empty() ? argument : first;
            }
            if (output || before == "-m" || before == "--model" || before == "--lora") {
                files.push_back({before, argument, output});
            }
        }
        check_distinct(files);
        check_adapters(files);
    } catch (const bad_input & e) {
        std::fprintf(stderr, "%s: %s\n", tool.c_str(), e.what());
        return 1;
    }
    if (tool == "llama-server") {
        return upstream_main(argc, argv); // what ends it later is no fault of a file
    }
    const guarded guard(first, tool.c_str());
    return upstream_main(argc, argv);
}
