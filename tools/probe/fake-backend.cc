// A backend for tests only: one device with memory of its own and without custom operations, like a GPU, that computes on the CPU and then
// does what FAKE_BACKEND says: right | wrong | abort | hang | none.
#include "ggml-backend-impl.h"

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

static ggml_status compute(ggml_backend_t backend, ggml_cgraph * graph) {
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

static const char * device_name(ggml_backend_dev_t) {
    return "Fake0";
}
static const char * device_description(ggml_backend_dev_t) {
    return "a fake device";
}
static void device_memory(ggml_backend_dev_t, size_t * free, size_t * total) {
    *free = *total = 1 << 30;
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

static ggml_backend_buffer_type buffers;
static const char * buffers_name(ggml_backend_buffer_type_t) {
    return "Fake";
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
static ggml_backend_buffer_t buffers_alloc(ggml_backend_buffer_type_t type, size_t size) {
    ggml_backend_buffer_t made = ggml_backend_buft_alloc_buffer(ggml_backend_dev_buffer_type(cpu()), size);
    if (made) {
        made->buft = type;
        made->iface.get_tensor = buffer_get;
        made->iface.set_tensor = buffer_set;
    }
    return made;
}
static bool buffers_are_host(ggml_backend_buffer_type_t) {
    return false;
}
static ggml_backend_buffer_type_t device_buffers(ggml_backend_dev_t device) {
    if (!buffers.device) {
        buffers = *ggml_backend_dev_buffer_type(cpu());
        buffers.iface.get_name = buffers_name;
        buffers.iface.alloc_buffer = buffers_alloc;
        buffers.iface.is_host = buffers_are_host;
        buffers.device = device;
    }
    return &buffers;
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
    return mode() == "none" ? 0 : 1;
}
static ggml_backend_dev_t registry_device(ggml_backend_reg_t registry, size_t) {
    static ggml_backend_device device = {{device_name, device_description, device_memory, device_type, device_props, device_init,
                                          device_buffers, nullptr, nullptr, device_supports, device_supports_buffers, nullptr, nullptr,
                                          nullptr, nullptr},
                                         registry,
                                         nullptr};
    return &device;
}
static void * registry_function(ggml_backend_reg_t, const char *) {
    return nullptr;
}

static ggml_backend_reg_t registry() {
    static ggml_backend_reg it = {GGML_BACKEND_API_VERSION, {registry_name, registry_count, registry_device, registry_function}, nullptr};
    return &it;
}

GGML_BACKEND_DL_IMPL(registry)
