// The tensors of a GGUF file, or of all files of a split one, read one at a time: as stored, or as F32.
#pragma once
#include "ggml-cpp.h"
#include "ggml.h"
#include "gguf.h"
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace train {

class weights_file {
  public:
    // path: the file, or the first one of a split model (NAME-00001-of-00003.gguf). what: it is, for messages. Throws bad_input: what is no
    // GGUF or damaged, a file of a split model that is missing or belongs to another, a tensor that lies twice or beyond the file's end.
    explicit weights_file(const std::string & path, const char * what = "model");

    struct tensor {
        std::string name;
        ggml_type type;
        int64_t ne[GGML_MAX_DIMS];
        size_t file, offset, size; // of which file, where, bytes
        int64_t elements() const { return ne[0] * ne[1] * ne[2] * ne[3]; }
    };

    std::string path;
    gguf_context_ptr keys;       // of the first file, without those that say how it was split
    std::vector<tensor> tensors; // in the order of the files
    const tensor * find(const std::string & name) const;
    void read(const tensor & t, std::vector<char> & stored) const; // throws bad_input
    void read(const tensor & t, std::vector<char> & stored, size_t first, size_t bytes) const;
    std::vector<float> floats(const tensor & t) const;

  private:
    void open(const std::string & name, int64_t number, int64_t count);
    struct closer {
        void operator()(FILE * f) const { fclose(f); }
    };
    std::vector<std::unique_ptr<FILE, closer>> streams;
    std::vector<std::string> names;
    std::map<std::string, size_t> index;
};

// n values of any type to F32
void to_f32(ggml_type type, const void * stored, float * values, int64_t n);

// A key's text, "" where there is none or it is no text
std::string text_of(const gguf_context * file, const char * key);

} // namespace train
