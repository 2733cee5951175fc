#include "kernels-backend.h"

#include "attend.h"
#include "packed-matrix.h"

#include "../src/ggml-backend-impl.h" // of ggml: what a backend is made of

#include <cstring>
#include <map>
#include <mutex>

// Smaller matrices lie in the caches anyhow, and a change of backends within a step costs some microseconds.
static const int64_t least_weights = 1 << 17;

// The matrices that were met, packed, for the life of the process: contexts share them.
static const packed_matrix & packed(const ggml_tensor * weights) {
    static std::mutex mutex;
    static std::map<const void *, packed_matrix> known;
    const std::lock_guard<std::mutex> lock(mutex);
    const auto found = known.find(weights->data);
    if (found != known.end()) {
        return found->second;
    }
    return known.try_emplace(weights->data, (const float *) weights->data, weights->ne[1], weights->ne[0]).first->second;
}

static ggml_status compute(ggml_backend_t, ggml_cgraph * graph) {
    for (int i = 0; i < ggml_graph_n_nodes(graph); i++) {
        ggml_tensor * node = ggml_graph_node(graph, i);
        if ((node->flags & GGML_TENSOR_FLAG_COMPUTE) == 0) {
            continue;
        }
        if (node->op == GGML_OP_MUL_MAT) {
            packed(node->src[0]).multiply((const float *) node->src[1]->data, ggml_nrows(node->src[1]), (float *) node->data);
        } else if (node->op == GGML_OP_FLASH_ATTN_EXT) {
            attend(node);
        }
    }
    return GGML_STATUS_SUCCESS;
}

static const char * name_of_backend(ggml_backend_t) {
    return "Kernels";
}
static void free_backend(ggml_backend_t backend) {
    delete backend;
}
static ggml_guid_t guid() {
    static ggml_guid id = {0x77, 0x68, 0x65, 0x74, 0x73, 0x74, 0x6f, 0x6e, 0x65};
    return &id;
}

static const char * name_of_device(ggml_backend_dev_t) {
    return "Kernels";
}
static const char * describe(ggml_backend_dev_t) {
    return "products with F32 matrices, attention";
}
static void tell_memory(ggml_backend_dev_t, size_t * free, size_t * total) {
    *free = *total = 0;
}
static enum ggml_backend_dev_type type_of(ggml_backend_dev_t) {
    return GGML_BACKEND_DEVICE_TYPE_ACCEL;
}
static void tell_properties(ggml_backend_dev_t device, ggml_backend_dev_props * properties) {
    std::memset(properties, 0, sizeof(*properties));
    properties->name = name_of_device(device);
    properties->description = describe(device);
    properties->type = type_of(device);
}
static ggml_backend_t start(ggml_backend_dev_t device, const char *) {
    ggml_backend_i how = {};
    how.get_name = name_of_backend;
    how.free = free_backend;
    how.graph_compute = compute;
    return new ggml_backend{guid(), how, device, nullptr};
}
static ggml_backend_buffer_type_t buffer_type(ggml_backend_dev_t) {
    return ggml_backend_cpu_buffer_type();
}

static bool supports(ggml_backend_dev_t, const ggml_tensor * node) {
    switch (node->op) {
    case GGML_OP_NONE:
    case GGML_OP_RESHAPE:
    case GGML_OP_VIEW:
    case GGML_OP_PERMUTE:
    case GGML_OP_TRANSPOSE:
        return true;
    case GGML_OP_MUL_MAT: {
        const ggml_tensor * weights = node->src[0];
        const ggml_tensor * rows = node->src[1];
        return weights->buffer && weights->buffer->usage == GGML_BACKEND_BUFFER_USAGE_WEIGHTS && weights->type == GGML_TYPE_F32 &&
               rows->type == GGML_TYPE_F32 && weights->ne[2] == 1 && weights->ne[3] == 1 && ggml_is_contiguous(weights) &&
               ggml_is_contiguous(rows) && weights->ne[0] * weights->ne[1] >= least_weights &&
               node->op_params[1] == 0; // no hint, see GGML_HINT_SRC0_IS_HADAMARD
    }
    case GGML_OP_FLASH_ATTN_EXT:
        return can_attend(node);
    default:
        return false;
    }
}
static bool reads_buffer(ggml_backend_dev_t, ggml_backend_buffer_type_t type) {
    return ggml_backend_buft_is_host(type);
}

static const char * name_of_registry(ggml_backend_reg_t) {
    return "Kernels";
}
static size_t count_devices(ggml_backend_reg_t) {
    return 1;
}
static ggml_backend_dev_t device_at(ggml_backend_reg_t registry, size_t) {
    static ggml_backend_device one = [registry] {
        ggml_backend_device_i how = {};
        how.get_name = name_of_device;
        how.get_description = describe;
        how.get_memory = tell_memory;
        how.get_type = type_of;
        how.get_props = tell_properties;
        how.init_backend = start;
        how.get_buffer_type = buffer_type;
        how.supports_op = supports;
        how.supports_buft = reads_buffer;
        return ggml_backend_device{how, registry, nullptr};
    }();
    return &one;
}
static void * no_function(ggml_backend_reg_t, const char *) {
    return nullptr;
}

void register_own_kernels() {
    static ggml_backend_reg registry = {GGML_BACKEND_API_VERSION, {name_of_registry, count_devices, device_at, no_function}, nullptr};
    static std::once_flag once;
    std::call_once(once, [] { ggml_backend_register(&registry); });
}
