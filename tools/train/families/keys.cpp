#include "keys.h"
#include "bad-input.h"

namespace train {

keys::keys(const gguf_context * file, const std::string & path) :
    path(path), architecture(text_of(file, "general.architecture")), file(file) {}

int64_t keys::find(const std::string & name) {
    seen.insert(name);
    return gguf_find_key(file, (architecture + "." + name).c_str());
}

static double number_at(const gguf_context * file, int64_t id, gguf_type type, const void * data, size_t i, const std::string & path) {
    switch (type) {
    case GGUF_TYPE_UINT32:
        return ((const uint32_t *) data)[i];
    case GGUF_TYPE_INT32:
        return ((const int32_t *) data)[i];
    case GGUF_TYPE_UINT64:
        return (double) ((const uint64_t *) data)[i];
    case GGUF_TYPE_FLOAT32:
        return ((const float *) data)[i];
    case GGUF_TYPE_FLOAT64:
        return ((const double *) data)[i];
    case GGUF_TYPE_BOOL:
        return ((const int8_t *) data)[i] != 0;
    default:
        throw bad_input(path + ": the key " + gguf_get_key(file, id) + " is no number, such models cannot be trained");
    }
}

double keys::may(const std::string & name, double fallback) {
    const int64_t id = find(name);
    if (id < 0)
        return fallback;
    if (gguf_get_kv_type(file, id) == GGUF_TYPE_STRING)
        throw bad_input(path + ": the key " + gguf_get_key(file, id) + " is no number, such models cannot be trained");
    if (gguf_get_kv_type(file, id) != GGUF_TYPE_ARRAY)
        return number_at(file, id, gguf_get_kv_type(file, id), gguf_get_val_data(file, id), 0, path);
    const gguf_type type = gguf_get_arr_type(file, id);
    const size_t n = gguf_get_arr_n(file, id);
    if (n == 0 || type == GGUF_TYPE_STRING)
        throw bad_input(path + ": the key " + gguf_get_key(file, id) + " is no number, such models cannot be trained");
    const double first = number_at(file, id, type, gguf_get_arr_data(file, id), 0, path);
    for (size_t i = 1; i < n; i++)
        if (number_at(file, id, type, gguf_get_arr_data(file, id), i, path) != first)
            throw bad_input(path + ": the key " + gguf_get_key(file, id) + " differs between layers, such models cannot be trained");
    return first;
}

std::vector<double> keys::each(const std::string & name, int64_t layers, double fallback) {
    const int64_t id = find(name);
    if (id < 0 || gguf_get_kv_type(file, id) != GGUF_TYPE_ARRAY)
        return std::vector<double>((size_t) layers, may(name, fallback));
    if ((int64_t) gguf_get_arr_n(file, id) < layers)
        throw bad_input(path + ": the key " + gguf_get_key(file, id) + " has fewer values than the model has layers");
    std::vector<double> values;
    for (int64_t i = 0; i < layers; i++)
        values.push_back(number_at(file, id, gguf_get_arr_type(file, id), gguf_get_arr_data(file, id), (size_t) i, path));
    return values;
}

double keys::need(const std::string & name) {
    if (find(name) < 0)
        throw bad_input(path + ": the key " + architecture + "." + name + " is missing, is this a complete model?");
    return may(name, 0);
}

bool keys::flag(const std::string & name, bool fallback) {
    return may(name, fallback) != 0;
}

std::string keys::text(const std::string & name, const std::string & fallback) {
    const int64_t id = find(name);
    return id < 0 || gguf_get_kv_type(file, id) != GGUF_TYPE_STRING ? fallback : gguf_get_val_str(file, id);
}

std::vector<uint8_t> keys::pattern(const std::string & name, int64_t layers, int64_t every) {
    const int64_t id = find(name);
    std::vector<uint8_t> has((size_t) layers);
    if (id >= 0 && gguf_get_kv_type(file, id) == GGUF_TYPE_ARRAY) {
        if ((int64_t) gguf_get_arr_n(file, id) < layers)
            throw bad_input(path + ": the key " + gguf_get_key(file, id) + " has fewer values than the model has layers");
        for (int64_t i = 0; i < layers; i++)
            has[i] = number_at(file, id, gguf_get_arr_type(file, id), gguf_get_arr_data(file, id), (size_t) i, path) != 0;
        return has;
    }
    every = (int64_t) may(name, (double) every);
    for (int64_t i = 0; i < layers; i++)
        has[i] = every == 0 || i % every < every - 1;
    return has;
}

void keys::only(const std::string & name, double value) {
    if (may(name, value) != value)
        throw bad_input(path + ": the key " + architecture + "." + name + " is in use, the trainer does not know it");
}

std::vector<std::string> keys::unread() const {
    std::vector<std::string> names;
    const std::string prefix = architecture + ".";
    for (int64_t i = 0; i < gguf_get_n_kv(file); i++) {
        const std::string name = gguf_get_key(file, i);
        if (name.compare(0, prefix.size(), prefix) == 0 && !seen.count(name.substr(prefix.size())))
            names.push_back(name);
    }
    return names;
}

void keys::refuse(const std::vector<std::string> & names) const {
    for (const std::string & name : names)
        if (!seen.count(name) && gguf_find_key(file, (architecture + "." + name).c_str()) >= 0)
            throw bad_input(path + ": the key " + architecture + "." + name +
                            " changes what this model computes, and the trainer does not know it");
}

} // namespace train
