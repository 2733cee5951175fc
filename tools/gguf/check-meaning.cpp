#include "check-meaning.h"

#include "gguf.h"

#include <cstring>

void check_vocabulary(const gguf_reader & in, const gguf_summary & file) {
    const std::string prefix = "tokenizer.ggml.";
    const auto tokens = file.lengths.find(prefix + "tokens");
    if (tokens == file.lengths.end()) {
        return;
    }
    if (tokens->second < 1 || file.numbers.at(prefix + "tokens[]") != GGUF_TYPE_STRING) {
        in.fail("its vocabulary is no list of texts");
    }
    for (const auto & list : {std::make_pair("scores", GGUF_TYPE_FLOAT32), std::make_pair("token_type", GGUF_TYPE_INT32)}) {
        const auto found = file.lengths.find(prefix + list.first);
        if (found == file.lengths.end()) {
            continue;
        }
        const int64_t item = file.numbers.at(prefix + list.first + "[]");
        if (found->second != tokens->second || (item != list.second && !(list.second == GGUF_TYPE_INT32 && item == GGUF_TYPE_UINT32))) {
            in.fail("\"" + prefix + list.first + "\" does not go with its " + std::to_string(tokens->second) + " tokens");
        }
    }
    const auto merges = file.numbers.find(prefix + "merges[]");
    if (merges != file.numbers.end() && merges->second != GGUF_TYPE_STRING) {
        in.fail("\"" + prefix + "merges\" is no list of texts");
    }
    for (const auto & entry : file.numbers) {
        const std::string & key = entry.first;
        const bool special =
            key.compare(0, prefix.size(), prefix) == 0 && key.size() > 9 && key.compare(key.size() - 9, 9, "_token_id") == 0;
        if (special && (entry.second < -1 || entry.second >= tokens->second) && entry.second != UINT32_MAX) {
            in.fail("\"" + key + "\" is " + std::to_string(entry.second) + " of " + std::to_string(tokens->second) + " tokens");
        }
    }
}

void check_sizes(const gguf_reader & in, const gguf_summary & file) {
    if (file.architecture.empty()) {
        return;
    }
    const std::pair<const char *, int64_t> most[] = {
        {"block_count", 4096},
        {"embedding_length", 1 << 20},
        {"context_length", INT32_MAX},
        {"feed_forward_length", 1 << 24},
        {"attention.head_count", 1 << 16},
        {"attention.head_count_kv", 1 << 16},
        {"attention.key_length", 1 << 16},
        {"attention.value_length", 1 << 16},
        {"vocab_size", 1 << 26},
        {"expert_count", 1 << 16},
        {"expert_used_count", 1 << 16},
        {"rope.dimension_count", 1 << 16},
    };
    for (const auto & limit : most) {
        const auto found = file.numbers.find(file.architecture + "." + limit.first);
        const bool may_be_zero = std::strncmp(limit.first, "block", 5) != 0 && std::strncmp(limit.first, "embedding", 9) != 0 &&
                                 std::strncmp(limit.first, "context", 7) != 0;
        if (found != file.numbers.end() && (found->second < (may_be_zero ? 0 : 1) || found->second > limit.second)) {
            in.fail("\"" + found->first + "\" is " + std::to_string(found->second));
        }
    }
    const auto number = [&](const std::string & key, int64_t fallback) {
        const auto found = file.numbers.find(file.architecture + "." + key);
        return found == file.numbers.end() ? fallback : found->second;
    };
    const int64_t heads = number("attention.head_count", 0), shared = number("attention.head_count_kv", heads);
    if (heads > 0 && shared > 0 && heads % shared != 0) {
        in.fail("its " + std::to_string(heads) + " heads do not go with " + std::to_string(shared) + " of keys and values");
    }
    if (number("expert_used_count", 0) > number("expert_count", INT64_MAX)) {
        in.fail("it uses more experts than it has");
    }
}
