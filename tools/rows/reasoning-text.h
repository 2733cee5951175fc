// Reasoning blocks in texts: which marks a model uses, and an answer taken apart by them.
#pragma once

#include "chat-template.h"

#include <string>

struct llama_vocab;

// Fills in what is missing of the marks: those in use by the template's text or the vocabulary, and what usually stands around them.
reasoning_marks complete_marks(reasoning_marks found, const std::string & template_text, const llama_vocab * vocab);

// Those of a template that leaves a tag for reasoning open at the end of its prompt, and names it closed, such as <thought> and </thought>;
// none else.
reasoning_marks marks_of_prompt(const std::string & prompt, const std::string & template_text);

// text without a block that is open and closed in it.
std::string without_block(const std::string & text, const reasoning_marks & marks);

struct answer_parts {
    std::string reasoning;
    std::string content;
    std::string written; // both with what stands between them, as the text had it, from the reasoning's first character; "" when unknown
};

// An answer's text: with a whole block at its start, with a block that the prompt has opened already, or with none.
answer_parts split_answer(const std::string & text, const reasoning_marks & marks);

// Why a template could not be rendered, in one line, out of what llama.cpp says of it in many.
std::string reason_of(const std::string & what);

std::string trimmed(const std::string & text);

// text holds part, whatever stands around it; an empty part is always held.
bool holds(const std::string & text, const std::string & part);
