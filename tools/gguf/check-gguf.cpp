#include "check-gguf.h"

#include "bad-input.h"
#include "check-meaning.h"
#include "ggml.h"
#include "gguf-reader.h"
#include "gguf.h"
#include "split-files.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

// Bytes of a chat template: the longest in use have some tens of thousands.
static constexpr size_t most_template = 1 << 20;

static size_t width_of(uint32_t type) {
    static const size_t widths[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    return type < sizeof(widths) / sizeof(*widths) ? widths[type] : 0;
}

static int64_t whole_number(gguf_reader & in, uint32_t type) {
    switch (type) {
    case GGUF_TYPE_UINT8:
        return in.number<uint8_t>();
    case GGUF_TYPE_INT8:
        return in.number<int8_t>();
    case GGUF_TYPE_UINT16:
        return in.number<uint16_t>();
    case GGUF_TYPE_INT16:
        return in.number<int16_t>();
    case GGUF_TYPE_UINT32:
        return in.number<uint32_t>();
    case GGUF_TYPE_INT32:
        return in.number<int32_t>();
    case GGUF_TYPE_UINT64:
        return (int64_t) std::min<uint64_t>(in.number<uint64_t>(), INT64_MAX);
    default:
        return in.number<int64_t>();
    }
}

// One entry of the header. An array of texts is read through, to its last length; numbers are stepped over.
static void read_value(gguf_reader & in, const std::string & key, gguf_summary & out) {
    const uint32_t type = in.number<uint32_t>();
    if (type == GGUF_TYPE_STRING) {
        const std::string text = in.text();
        if (key.rfind("tokenizer.chat_template", 0) == 0 && text.size() > most_template) {
            in.fail("\"" + key + "\" has " + std::to_string(text.size()) + " bytes, and a chat template at most " +
                    std::to_string(most_template));
        }
        if (text.size() <= 64) {
            out.texts[key] = text;
        }
    } else if (type == GGUF_TYPE_BOOL) {
        const uint8_t value = in.number<uint8_t>();
        if (value > 1) {
            in.fail("\"" + key + "\" is neither true nor false");
        }
        out.numbers[key] = value;
    } else if (type == GGUF_TYPE_ARRAY) {
        const uint32_t item = in.number<uint32_t>();
        const uint64_t count = in.number<uint64_t>();
        const size_t least = item == GGUF_TYPE_STRING ? 8 : width_of(item);
        if (least == 0) {
            in.fail("\"" + key + "\" is a list of values of an unknown type");
        }
        if (count > in.left() / least) {
            in.fail("\"" + key + "\" is a list of " + std::to_string(count) + " values, more than it can hold");
        }
        for (uint64_t i = 0; item == GGUF_TYPE_STRING && i < count; i++) {
            in.skip_text();
        }
        // token types are an enumeration that libraries switch over
        const bool types = key == "tokenizer.ggml.token_type" && (item == GGUF_TYPE_INT32 || item == GGUF_TYPE_UINT32);
        for (uint64_t i = 0; types && i < count; i++) {
            const int32_t value = in.number<int32_t>();
            if (value < 0 || value > 6) {
                in.fail("\"" + key + "\" holds a type " + std::to_string(value));
            }
        }
        if (item != GGUF_TYPE_STRING && !types) {
            in.skip(count * least);
        }
        out.lengths[key] = (int64_t) count;
        out.numbers[key + "[]"] = item;
    } else if (type == GGUF_TYPE_FLOAT32 || type == GGUF_TYPE_FLOAT64) {
        const double value = type == GGUF_TYPE_FLOAT32 ? in.number<float>() : in.number<double>();
        const bool epsilon = key.find("epsilon") != std::string::npos;
        const bool base = key.find("freq_base") != std::string::npos;
        if (std::isnan(value) || (epsilon && !(value >= 0 && value < 1)) || (base && !(value > 0))) {
            in.fail("\"" + key + "\" is " + std::to_string(value));
        }
    } else if (width_of(type) > 0) {
        out.numbers[key] = whole_number(in, type);
    } else {
        in.fail("\"" + key + "\" is of an unknown type");
    }
}

struct tensor_place {
    std::string name;
    uint64_t offset, bytes;
};

static tensor_place read_tensor(gguf_reader & in, uint64_t alignment) {
    tensor_place place;
    place.name = in.text();
    const std::string named = "tensor \"" + place.name.substr(0, 64) + "\"";
    if (place.name.empty() || place.name.size() >= GGML_MAX_NAME) {
        in.fail("a tensor's name has " + std::to_string(place.name.size()) + " bytes");
    }
    const uint32_t dimensions = in.number<uint32_t>();
    if (dimensions < 1 || dimensions > GGML_MAX_DIMS) {
        in.fail(named + " has " + std::to_string(dimensions) + " dimensions");
    }
    uint64_t elements = 1, row = 0;
    for (uint32_t d = 0; d < dimensions; d++) {
        const uint64_t length = in.number<uint64_t>();
        if (length < 1 || length > (uint64_t) INT64_MAX / elements) {
            in.fail(named + " has a dimension of " + std::to_string(length));
        }
        row = d == 0 ? length : row;
        elements *= length;
    }
    const uint32_t type = in.number<uint32_t>();
    const int64_t block = type < GGML_TYPE_COUNT ? ggml_blck_size((ggml_type) type) : 0;
    if (block < 1 || ggml_type_size((ggml_type) type) == 0) {
        in.fail(named + " is of an unknown type " + std::to_string(type));
    }
    if (row % (uint64_t) block != 0) {
        in.fail(named + " has rows of " + std::to_string(row) + ", no multiple of its type's " + std::to_string(block));
    }
    place.offset = in.number<uint64_t>();
    if (place.offset % alignment != 0) {
        in.fail(named + " lies askew at " + std::to_string(place.offset));
    }
    const uint64_t blocks = elements / (uint64_t) block;
    if (blocks > in.length() / ggml_type_size((ggml_type) type)) {
        in.fail(named + " is larger than the file");
    }
    place.bytes = blocks * ggml_type_size((ggml_type) type);
    return place;
}

static void check_tensors(gguf_reader & in, uint64_t count, uint64_t alignment) {
    std::vector<tensor_place> places;
    std::set<std::string> names;
    for (uint64_t i = 0; i < count; i++) {
        places.push_back(read_tensor(in, alignment));
        if (!names.insert(places.back().name).second) {
            in.fail("tensor \"" + places.back().name + "\" is there twice");
        }
    }
    const uint64_t begin = (in.position() + alignment - 1) / alignment * alignment;
    uint64_t expected = 0;
    for (const tensor_place & place : places) {
        if (place.offset != expected) {
            in.fail("tensor \"" + place.name + "\" lies at " + std::to_string(place.offset) + ", not behind the one before it");
        }
        if (begin > in.length() || place.offset > in.length() - begin || place.bytes > in.length() - begin - place.offset) {
            in.fail("tensor \"" + place.name + "\" reaches over its end");
        }
        expected += (place.bytes + alignment - 1) / alignment * alignment;
    }
}

static gguf_summary check_file(const std::string & path, const char * what) {
    gguf_reader in(path);
    char magic[4] = {};
    if (in.left() >= 4) {
        for (char & c : magic) {
            c = in.number<char>();
        }
    }
    if (std::memcmp(magic, "GGUF", 4) != 0) {
        throw bad_input(path + ": not a GGUF file, name a " + what + " in GGUF format");
    }
    const uint32_t version = in.number<uint32_t>();
    if (version != 2 && version != 3) {
        throw bad_input(path + ": GGUF version " + std::to_string(version) + ", known are 2 and 3, little-endian: convert the " + what +
                        " again");
    }
    const uint64_t tensors = in.number<uint64_t>();
    const uint64_t entries = in.number<uint64_t>();
    // the smallest entry takes 13 bytes, the smallest tensor 33
    if (entries > in.left() / 13 || tensors > in.left() / 33) {
        in.fail("its header speaks of " + std::to_string(entries) + " entries and " + std::to_string(tensors) +
                " tensors, more than it can hold");
    }
    gguf_summary out;
    out.tensors = (size_t) tensors;
    std::set<std::string> keys;
    for (uint64_t i = 0; i < entries; i++) {
        const std::string key = in.text();
        if (key.empty() || key.size() > 65535 || !keys.insert(key).second) {
            in.fail(key.empty() ? "a key is empty" : "\"" + key.substr(0, 64) + "\" is there twice, or too long");
        }
        read_value(in, key, out);
    }
    const auto architecture = out.texts.find("general.architecture");
    out.architecture = architecture == out.texts.end() ? "" : architecture->second;
    const auto aligned = out.numbers.find("general.alignment");
    const int64_t alignment = aligned == out.numbers.end() ? 32 : aligned->second;
    if (alignment < 8 || alignment > (1 << 20) || (alignment & (alignment - 1)) != 0) {
        in.fail("\"general.alignment\" is " + std::to_string(alignment));
    }
    check_tensors(in, tensors, (uint64_t) alignment);
    check_vocabulary(in, out);
    check_sizes(in, out);
    return out;
}

gguf_summary check_gguf(const std::string & path, const char * what) {
    gguf_summary first = check_file(path, what);
    const auto number = [](const gguf_summary & file, const char * key) {
        const auto found = file.numbers.find(key);
        return found == file.numbers.end() ? 0 : found->second;
    };
    const int64_t parts = number(first, "split.count");
    if (parts <= 1) {
        return first;
    }
    const size_t at = split_number(path);
    if (number(first, "split.no") != 0 || at == std::string::npos || parts > 99999) {
        throw bad_input(path + ": is one of " + std::to_string(parts) + " files of a split " + what + ": name the first, ...-00001-of-" +
                        std::string(parts < 10 ? "0000" : "000") + std::to_string(parts) + ".gguf, the others beside it");
    }
    size_t tensors = first.tensors;
    for (int64_t part = 2; part <= parts; part++) {
        const std::string other = split_file(path, part);
        const gguf_summary more = check_file(other, what);
        const auto foreign = [&](const std::string & key) {
            return bad_input(other + ": is a part of another " + what + " than " + path + " (" + key + "), fetch the split " + what +
                             " again");
        };
        if (number(more, "split.no") != part - 1 || number(more, "split.count") != parts) {
            throw bad_input(other + ": is no part " + std::to_string(part) + " of " + std::to_string(parts) + ", fetch the split " + what +
                            " again");
        }
        for (const auto & [key, value] : more.numbers) {
            const auto there = first.numbers.find(key);
            if (key != "split.no" && key != "general.alignment" && there != first.numbers.end() && there->second != value) {
                throw foreign(key);
            }
        }
        for (const auto & [key, value] : more.texts) {
            const auto there = first.texts.find(key);
            if (there != first.texts.end() && there->second != value) {
                throw foreign(key);
            }
        }
        tensors += more.tensors;
    }
    const int64_t expected = number(first, "split.tensors.count");
    if (expected != 0 && expected != (int64_t) tensors) {
        throw bad_input(path + ": its " + std::to_string(parts) + " files hold " + std::to_string(tensors) + " of " +
                        std::to_string(expected) + " tensors, fetch the split " + what + " again");
    }
    return first;
}

void refuse_encoder(const gguf_summary & model, const std::string & path) {
    const std::string & name = model.architecture;
    const auto causal = model.numbers.find(name + ".attention.causal");
    const bool both_ways = causal != model.numbers.end() && causal->second == 0;
    if (both_ways || name.find("bert") != std::string::npos || name.compare(0, 2, "t5") == 0 || name == "gemma-embedding") {
        throw bad_input(path + ": " + name + " is an encoder, it does not write on; name a model that generates text");
    }
}
