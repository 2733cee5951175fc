// llama-server renders a model's chat template under the watch that the tools of ours have: what it calls is compiled under these names
// (see tool-list.ts, `watched`).

#include "watch-template.h"

#include "arg.h"
#include "chat.h"

#include <cstring>

common_chat_templates_ptr watched_common_chat_templates_init(const llama_model * model, const std::string & template_override,
                                                             const std::string & bos, const std::string & eos) {
    const watch_template watch;
    return common_chat_templates_init(model, template_override, bos, eos);
}

common_chat_params watched_common_chat_templates_apply(const common_chat_templates * templates,
                                                       const common_chat_templates_inputs & inputs) {
    const watch_template watch;
    return common_chat_templates_apply(templates, inputs);
}

std::string watched_common_chat_format_example(const common_chat_templates * templates, bool use_jinja,
                                               const std::map<std::string, std::string> & args) {
    const watch_template watch;
    return common_chat_format_example(templates, use_jinja, args);
}

bool watched_common_chat_templates_support_enable_thinking(const common_chat_templates * templates) {
    const watch_template watch;
    return common_chat_templates_support_enable_thinking(templates);
}

// A template that the command line gives is tried out while that is read.
bool watched_common_params_parse(int argc, char ** argv, common_params & params, llama_example example, void (*usage)(int, char **)) {
    std::unique_ptr<const watch_template> watch;
    for (int i = 1; i < argc; i++) {
        const bool given = i + 1 < argc && std::strncmp(argv[i], "--chat-template", 15) == 0;
        if (i + 1 < argc && (std::strcmp(argv[i], "--model") == 0 || std::strcmp(argv[i], "-m") == 0)) {
            watch_template::name("llama-server", argv[i + 1]);
        }
        if (given && !watch) {
            watch = std::make_unique<const watch_template>();
        }
    }
    return common_params_parse(argc, argv, params, example, usage);
}
