"""Reads exports as their consumers do: by Hugging Face datasets' loaders (TRL, Axolotl and LLaMA-Factory load with them), TRL's own functions, mlx-lm's and LLaMA-Factory's ways of looking at rows.

python load-exports.py FOLDER, where FOLDER/<format>/ holds an export. Prints a line of JSON a format: the texts of each row as its trainer gets them, or what the loader says against it.
Needs datasets, transformers and trl (no torch): consumers.test.ts runs it where WHETSTONE_PYTHON names a Python that has them.
"""

import json
import sys
from pathlib import Path

from datasets import load_dataset
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast
from trl import data_utils as trl

folder = Path(sys.argv[1])
tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0}, unk_token="a")), unk_token="a")
tokenizer.chat_template = (
    "{% if tools %}{{ tools | tojson }}{% endif %}{% for m in messages %}<|{{ m.role }}|>{{ m.content or '' }}"
    "{% for c in m.tool_calls or [] %}{{ c.function.name }}{{ c.function.arguments | tojson }}{% endfor %}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def load(name, kind="json", pattern="*"):
    files = sorted(str(file) for file in (folder / name).glob(pattern) if "provenance" not in file.name and "info" not in file.name)
    return load_dataset(kind, data_files=[file for file in files if Path(file).suffix in {".json", ".jsonl", ".gz", ".parquet"}], split="train")


def rendered(name):
    """As SFTTrainer, DPOTrainer, KTOTrainer and GRPOTrainer prepare rows: implicit prompts taken out, then the chat template."""
    rows = load(name)
    if "chosen" in rows.column_names and "prompt" not in rows.column_names:
        rows = rows.map(trl.extract_prompt)
    for row in rows:
        if not trl.is_conversational(row):
            raise ValueError(f"is not taken for a conversation: {row}")
        tools = row.get("tools")
        yield list(trl.apply_chat_template({key: value for key, value in row.items() if value is not None}, tokenizer, tools=tools).values())


def lines(name, file):
    """As mlx-lm's load_subset and OpenAI's upload read: a row a line, the first says what they are."""
    with open(folder / name / file, encoding="utf-8") as rows:
        read = [json.loads(row) for row in rows]
    read[0]
    return read


def factory(name):
    """As LLaMA-Factory's converters: every column that dataset_info.json names is looked up in every row."""
    info = json.loads((folder / name / "dataset_info.json").read_text(encoding="utf-8"))
    for entry in info.values():
        for row in load_dataset("json", data_files=str(folder / name / entry["file_name"]), split="train"):
            found = {key: row[column] for key, column in entry["columns"].items()}
            turns = found.get("messages")
            if turns is not None:
                for place, turn in enumerate(turns):
                    if turn["from"] not in (("human", "observation"), ("gpt", "function_call"))[place % 2]:
                        raise ValueError(f"Invalid role tag in {turns}.")
                texts = [turn["value"] for turn in turns]
            else:
                texts = [text for pair in found["history"] for text in pair] + ["\n".join(filter(None, [found["prompt"], found["query"]])), found["response"]]
            yield [found["system"] or "", *texts, *[found[key]["value"] for key in ("chosen", "rejected") if key in found]]


def verl(name):
    """As RLHFDataset and the reward manager."""
    for row in load(name, "parquet"):
        yield [row["data_source"], *[m["content"] for m in row["prompt"]], row["reward_model"]["ground_truth"], str(row["extra_info"]["index"])]


def turns(messages):
    return [message.get("content") or "" for message in messages]


readers = {
    "trl-messages": rendered,
    "axolotl": rendered,
    "trl-prompt-completion": rendered,
    "trl-preference": rendered,
    "trl-kto": rendered,
    "trl-grpo": rendered,
    "sharegpt": lambda name: (turns(trl.maybe_convert_to_chatml(row)["messages"]) for row in load(name)),
    "chatml": lambda name: ([row["text"]] for row in load(name)),
    "axolotl-dpo": lambda name: ([row.get("system") or "", row["prompt"], row["chosen"], row["rejected"]] for row in load(name)),
    "parquet": lambda name: (turns(row["messages"]) for row in load(name, "parquet")),
    "verl": verl,
    "mlx-lm": lambda name: (turns(row["messages"]) for row in lines(name, "train.jsonl")),
    "openai": lambda name: (turns(row["messages"]) for row in lines(name, "openai.jsonl")),
    "openai-preference": lambda name: (turns(row["input"]["messages"] + row["preferred_output"] + row["non_preferred_output"]) for row in lines(name, "openai-preference.jsonl")),
    "openai-rft": lambda name: ([*turns(row["messages"]), row["reference_answer"]] for row in lines(name, "openai-rft.jsonl")),
}
for path in sorted(folder.iterdir()):
    name = path.name
    try:
        rows = list(factory(name) if name.startswith("llama-factory") else readers[name.split("+")[0]](name))
        print(json.dumps({"format": name, "rows": rows}))
    except Exception as error:  # what a loader says is what is asked for
        print(json.dumps({"format": name, "error": f"{type(error).__name__}: {error}"[:600]}))
