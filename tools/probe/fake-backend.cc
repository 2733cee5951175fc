// A backend for tests only: devices with memory of their own and without custom operations, like GPUs, that compute on the CPU and then do
// what FAKE_BACKEND says: right | wrong | abort | hang | none. FAKE_DEVICES=N: how many (1, at most 4). FAKE_MEMORY=MIB: what each has,
// 1024 when absent. FAKE_LOST=N: the device is lost after so many graphs.
#include "ggml-backend-impl.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>

#include <unistd.h>

static std::string mode() {
    const char * value = std::getenv("FAKE_BACKEND");
    return value ? value : "right";
}

static ggml_backend_dev_t cpu() {
    return ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
}

static long number(const char * name, long otherwise) {
    const char * value = std::getenv(name);
    return value ? std::atol(value) : otherwise;
}

static ggml_status compute(ggml_backend_t backend, ggml_cgraph * graph) {
    static std::atomic<long> left(number("FAKE_LOST", -1));
    if (left >= 0 && left-- == 0) {
        left = 0;
        return GGML_STATUS_FAILED;
    }
    if (mode() == "abort") {
        std::abort();
    }
    while (mode() == "hang") {
        sleep(1);
    }
    const ggml_status status = ggml_backend_graph_compute((ggml_backend_t) backend->context, graph);
    ggml_tensor * last = ggml_graph_node(graph, -1);
    if (mode() == "wrong" && last->op == GGML_OP_MUL_MAT) {
        float value = 0;
        ggml_backend_tensor_get(last, &value, 0, sizeof(value));
        value += 1e3f;
        ggml_backend_tensor_set(last, &value, 0, sizeof(value));
    }
    return status;
}

static const char * backend_name(ggml_backend_t) {
    return "Fake";
}
static void backend_free(ggml_backend_t backend) {
    ggml_backend_free((ggml_backend_t) backend->context);
    delete backend;
}
static ggml_guid_t guid() {
    static ggml_guid id = {0xfa, 0x4e};
    return &id;
}

static constexpr size_t most_devices = 4;
static ggml_backend_device devices[most_devices];
static size_t index_of(ggml_backend_dev_t device) {
    return (size_t) (device - devices);
}
static std::atomic<size_t> used[most_devices];
static size_t memory() {
    return (size_t) number("FAKE_MEMORY", 1024) << 20;
}

static const char * device_name(ggml_backend_dev_t device) {
    static const char * names[most_devices] = {"Fake0", "Fake1", "Fake2", "Fake3"};
    return names[index_of(device)];
}
static const char * device_description(ggml_backend_dev_t) {
    return "a fake device";
}
static void device_memory(ggml_backend_dev_t device, size_t * free, size_t * total) {
    *total = memory();
    *free = *total - std::min(*total, used[index_of(device)].load());
}
static enum ggml_backend_dev_type device_type(ggml_backend_dev_t) {
    return GGML_BACKEND_DEVICE_TYPE_GPU;
}
static void device_props(ggml_backend_dev_t device, ggml_backend_dev_props * props) {
    std::memset(props, 0, sizeof(*props));
    props->name = device_name(device);
    props->description = device_description(device);
    props->type = GGML_BACKEND_DEVICE_TYPE_GPU;
    device_memory(device, &props->memory_free, &props->memory_total);
}
static ggml_backend_t device_init(ggml_backend_dev_t device, const char *) {
    ggml_backend_i how = {};
    how.get_name = backend_name;
    how.free = backend_free;
    how.graph_compute = compute;
    ggml_backend_t inner = ggml_backend_dev_init(cpu(), nullptr);
    auto * registry = ggml_backend_dev_backend_reg(cpu());
    auto * set_threads = (ggml_backend_set_n_threads_t) ggml_backend_reg_get_proc_address(registry, "ggml_backend_set_n_threads");
    set_threads(inner, 1); // spinning threads on a busy machine take minutes
    return new ggml_backend{guid(), how, device, inner};
}

static ggml_backend_buffer_type buffers[most_devices];
static const char * buffers_name(ggml_backend_buffer_type_t type) {
    return device_name(type->device); // libllama tells types apart by their names
}
// A device cannot read the host's memory: what is not in the buffer is a mistake of the caller's, which ends the process as it would there.
static void inside(ggml_backend_buffer_t buffer, const ggml_tensor * tensor) {
    const char * base = (const char *) ggml_backend_buffer_get_base(buffer);
    if ((const char *) tensor->data < base || (const char *) tensor->data > base + buffer->size) {
        std::abort();
    }
}
static void buffer_get(ggml_backend_buffer_t buffer, const ggml_tensor * tensor, void * data, size_t offset, size_t size) {
    inside(buffer, tensor);
    std::memcpy(data, (const char *) tensor->data + offset, size);
}
static void buffer_set(ggml_backend_buffer_t buffer, ggml_tensor * tensor, const void * data, size_t offset, size_t size) {
    inside(buffer, tensor);
    std::memcpy((char *) tensor->data + offset, data, size);
}
static void (*free_on_cpu)(ggml_backend_buffer_t);
static void buffer_free(ggml_backend_buffer_t buffer) {
    used[index_of(buffer->buft->device)] -= buffer->size;
    free_on_cpu(buffer);
}
static ggml_backend_buffer_t buffers_alloc(ggml_backend_buffer_type_t type, size_t size) {
    std::atomic<size_t> & taken = used[index_of(type->device)];
    if (taken + size > memory()) {
        return nullptr;
    }
    ggml_backend_buffer_t made = ggml_backend_buft_alloc_buffer(ggml_backend_dev_buffer_type(cpu()), size);
    if (made) {
        taken += made->size;
        made->buft = type;
        free_on_cpu = made->iface.free_buffer;
        made->iface.free_buffer = buffer_free;
        made->iface.get_tensor = buffer_get;
        made->iface.set_tensor = buffer_set;
    }
    return made;
}
static bool buffers_are_host(ggml_backend_buffer_type_t) {
    return false;
}
static ggml_backend_buffer_type_t device_buffers(ggml_backend_dev_t device) {
    ggml_backend_buffer_type & mine = buffers[index_of(device)];
    if (!mine.device) {
        mine = *ggml_backend_dev_buffer_type(cpu());
        mine.iface.get_name = buffers_name;
        mine.iface.alloc_buffer = buffers_alloc;
        mine.iface.is_host = buffers_are_host;
        mine.device = device;
    }
    return &mine;
}
static bool device_supports(ggml_backend_dev_t, const ggml_tensor * op) {
    return op->op != GGML_OP_CUSTOM && ggml_backend_dev_supports_op(cpu(), op);
}
static bool device_supports_buffers(ggml_backend_dev_t device, ggml_backend_buffer_type_t type) {
    return type == device_buffers(device);
}

static const char * registry_name(ggml_backend_reg_t) {
    return "Fake";
}
static size_t registry_count(ggml_backend_reg_t) {
    return mode() == "none" ? 0 : std::min(most_devices, (size_t) number("FAKE_DEVICES", 1));
}
static ggml_backend_dev_t registry_device(ggml_backend_reg_t registry, size_t index) {
    devices[index] = {{device_name, device_description, device_memory, device_type, device_props, device_init, device_buffers, nullptr,
                       nullptr, device_supports, device_supports_buffers, nullptr, nullptr, nullptr, nullptr},
                      registry,
                      nullptr};
    return &devices[index];
}
static void * registry_function(ggml_backend_reg_t, const char *) {
    return nullptr;
}

static ggml_backend_reg_t registry() {
    static ggml_backend_reg it = {GGML_BACKEND_API_VERSION, {registry_name, registry_count, registry_device, registry_function}, nullptr};
    return &it;
}

GGML_BACKEND_DL_IMPL(registry)
