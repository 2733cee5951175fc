// llama-probe: loads one compute backend in a process of its own, runs the operations of a model on each of its devices and on the CPU, and
// says whether they agree.

#include "arguments.h"
#include "bad-input.h"
#include "compute-operation.h"
#include "cpu-reference.h"
#include "json.h"
#include "run-tool.h"

#include <cmath>
#include <cstdio>

static const char * about =
    "Tries a compute backend of ggml: loads it, runs the operations that sampling and training stand on, and compares with the CPU.\n"
    "Prints one line of JSON a device: {\"device\", \"description\", \"type\", \"memory_free\", \"memory_total\" (bytes), \"operations\":\n"
    "{NAME: squared error relative to the CPU's result, or null where the device lacks it}, \"wrong\": [NAME]}.\n"
    "Before each operation its name goes to stderr: what ends the process there is the last of them.";

static double difference(const std::vector<float> & got, const std::vector<float> & wanted) {
    double off = 0, all = 0;
    for (size_t i = 0; i < wanted.size(); i++) {
        off += std::pow((double) got[i] - wanted[i], 2);
        all += std::pow((double) wanted[i], 2);
    }
    return std::isfinite(off) ? off / all : INFINITY;
}

static const char * type_name(ggml_backend_dev_t device) {
    switch (ggml_backend_dev_type(device)) {
    case GGML_BACKEND_DEVICE_TYPE_CPU:
        return "cpu";
    case GGML_BACKEND_DEVICE_TYPE_GPU:
        return "gpu";
    case GGML_BACKEND_DEVICE_TYPE_IGPU:
        return "igpu";
    default:
        return "other";
    }
}

static std::string quoted(const char * text) {
    return common_json::make(std::string(text)).dump_safe();
}

// The line of one device.
static std::string probe(ggml_backend_dev_t device, ggml_backend_t cpu) {
    const char * name = ggml_backend_dev_name(device);
    std::fprintf(stderr, "trying %s: start\n", name);
    const ggml_backend_ptr backend(ggml_backend_dev_init(device, nullptr));
    if (!backend) {
        throw bad_input(std::string(name) + ": the device cannot be started");
    }
    std::string errors, wrong;
    for (const operation & op : operations()) {
        std::fprintf(stderr, "trying %s: %s\n", name, op.name.c_str());
        const computed got = compute_operation(backend.get(), op);
        const double error = got.supported ? difference(got.values, compute_operation(cpu, op).values) : 0;
        char number[32];
        std::snprintf(number, sizeof(number), std::isfinite(error) ? "%.3g" : "1e999", error);
        errors += (errors.empty() ? "" : ",") + quoted(op.name.c_str()) + ":" + (got.supported ? number : "null");
        if (!(error <= op.bound)) {
            wrong += (wrong.empty() ? "" : ",") + quoted(op.name.c_str());
        }
    }
    size_t free = 0, total = 0;
    ggml_backend_dev_memory(device, &free, &total);
    return "{\"device\":" + quoted(name) + ",\"description\":" + quoted(ggml_backend_dev_description(device)) + ",\"type\":\"" +
           type_name(device) + "\",\"memory_free\":" + std::to_string(free) + ",\"memory_total\":" + std::to_string(total) +
           ",\"operations\":{" + errors + "},\"wrong\":[" + wrong + "]}";
}

static void probe_all(const std::string & file) {
    const ggml_backend_ptr cpu = cpu_reference();
    std::fprintf(stderr, "trying %s: load\n", file.c_str());
    const ggml_backend_reg_t registry = ggml_backend_load(file.c_str());
    if (!registry) {
        throw bad_input(file + ": the library cannot be loaded, a library that it needs may be missing (ldd names it)");
    }
    for (size_t i = 0; i < ggml_backend_reg_dev_count(registry); i++) {
        std::printf("%s\n", probe(ggml_backend_reg_dev_get(registry, i), cpu.get()).c_str());
        std::fflush(stdout);
    }
}

int main(int argc, char ** argv) {
    return run_tool("llama-probe", argc, argv, [](int count, char ** values) {
        std::string file;
        arguments args("llama-probe", "--backend libggml-vulkan.so", about);
        args.value("--backend", "FILE", file, "the backend's library");
        args.parse(count, values);
        args.require("--backend", file);
        probe_all(file);
        return 0;
    });
}
