import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readRecipe, recipeNames, trainingsOf } from "../../tools/recipe/recipe.ts";
import { finetunePython, pinnedNode, root } from "../../tools/workspace.mjs";

const folder = mkdtempSync(join(tmpdir(), "recipe-"));
after(() => rmSync(folder, { recursive: true }));

const python = process.env.COTLAB_FINETUNE_PYTHON ?? finetunePython;
const run = (args: readonly string[]) => spawnSync(pinnedNode, [join(root, "tools/recipe.ts"), ...args], { encoding: "utf8", cwd: root });

test("every recipe names problems that exist, and two tasks differ in nothing but their problems", () => {
  assert.deepEqual(recipeNames().sort(), ["qwen", "smollm2"]);
  for (const name of recipeNames()) {
    const recipe = readRecipe(name);
    for (const spec of Object.values(recipe.problems)) assert.ok(existsSync(join(root, spec)), spec);
    for (const parts of Object.values(recipe.trainings)) for (const part of parts) assert.ok(part in recipe.problems);
    const trainings = trainingsOf(recipe);
    assert.equal(trainings.length, recipe.seeds.length * Object.keys(recipe.methods).length * Object.keys(recipe.trainings).length);
    assert.equal(new Set(trainings.map(({ label }) => label)).size, trainings.length);
  }
});

test("a wrong call of a recipe is told", () => {
  for (const [args, message] of [
    [["llama"], /NAME must be/],
    [["smollm2"], /STAGE must be one of prepare, train, table/],
    [["smollm2", "bake"], /STAGE must be one of/],
    [["smollm2", "train", "--bananas"], /bananas/],
  ] as const) {
    const { status, stderr } = run(args);
    assert.equal(status, 2, stderr);
    assert.match(stderr, message);
    assert.match(stderr, /usage: npm run recipe/);
  }
  const { status, stderr } = run(["smollm2", "train", "--seed", "99"]);
  assert.equal(status, 1);
  assert.match(stderr, /no training of the recipe has that method, task and seed/);
});

/** A language model of two layers with random weights and a tokeniser of bytes, made by PyTorch itself. */
const TINY = `
import sys, torch
from tokenizers import Tokenizer, models, pre_tokenizers, decoders
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
torch.manual_seed(1)
words = ["<|end|>", "<|start|>"] + sorted(pre_tokenizers.ByteLevel.alphabet())
tokens = Tokenizer(models.BPE(vocab={w: i for i, w in enumerate(words)}, merges=[]))
tokens.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokens.decoder = decoders.ByteLevel()
fast = PreTrainedTokenizerFast(tokenizer_object=tokens, eos_token="<|end|>", bos_token="<|start|>", pad_token="<|end|>")
fast.chat_template = "{% for m in messages %}<|start|>{{ m['content'] }}<|end|>{% endfor %}{% if add_generation_prompt %}<|start|>{% endif %}"
config = LlamaConfig(vocab_size=len(words), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
                     num_key_value_heads=2, max_position_embeddings=4096, eos_token_id=0, bos_token_id=1, tie_word_embeddings=True)
LlamaForCausalLM(config).save_pretrained(sys.argv[1]); fast.save_pretrained(sys.argv[1])
`;

test("two steps of training, a kill -9 between them, LoRA and all weights, and the adapter served", async (context) => {
  if (!existsSync(python)) return context.skip("PyTorch is not installed (npm run setup -- --with finetune)");
  const base = join(folder, "base");
  const made = spawnSync(python, ["-c", TINY, base], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  const file = (split: string) => join(root, `data/reasoning/gcd-${split}.jsonl`);
  const args = (method: string, out: string, steps: number) => [
    join(root, "recipes/train.py"),
    ...["--base", base, "--train", file("train"), "--held-out", file("test"), "--out", join(folder, out), "--method", method],
    ...["--steps", String(steps), "--tokens", "1500", "--rate", "1e-2", "--save-every", "1", "--compile", "0", "--threads", "1"],
  ];
  const losses = (out: string): number[] => JSON.parse(readFileSync(join(folder, out, "run.json"), "utf8")).losses;
  for (const method of ["lora", "full"]) {
    const whole = spawnSync(python, args(method, `${method}-whole`, 4), { encoding: "utf8" });
    assert.equal(whole.status, 0, whole.stderr);
    // Killed as soon as it has a checkpoint, and called again.
    const killed = spawn(python, args(method, `${method}-killed`, 4), { stdio: "ignore" });
    const checkpoint = join(folder, `${method}-killed`, "checkpoint.pt");
    while (!existsSync(checkpoint) && killed.exitCode === null) await new Promise((next) => setTimeout(next, 20));
    killed.kill("SIGKILL");
    await new Promise((next) => killed.once("exit", next));
    const again = spawnSync(python, args(method, `${method}-killed`, 4), { encoding: "utf8" });
    assert.equal(again.status, 0, again.stderr);
    assert.deepEqual(losses(`${method}-killed`), losses(`${method}-whole`));
    assert.ok(losses(`${method}-whole`).at(-1)! < losses(`${method}-whole`)[0]);
    // Other settings into the same place are refused.
    const other = spawnSync(python, args(method, `${method}-whole`, 5), { encoding: "utf8" });
    assert.notEqual(other.status, 0);
    assert.match(other.stderr, /holds a training with other settings/);
  }
  const adapter = join(folder, "lora-whole", "adapter");
  const serve = ["--model", base, "--adapter", adapter, "--name", "tiny", "--port", "0", "--threads", "1", "--context", "1024"];
  const server = spawn(python, [join(root, "recipes/serve.py"), ...serve], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const endpoint = await new Promise<string>((resolve, reject) => {
      server.stdout.once("data", (text) => resolve(String(text).trim()));
      server.once("exit", () => reject(new Error("the server ended")));
    });
    const ask = async (content: string, more = {}) => {
      const body = JSON.stringify({ messages: [{ role: "user", content }], temperature: 0, max_tokens: 9, ...more });
      const answer = await fetch(`${endpoint}/chat/completions`, { method: "POST", headers: { "content-type": "application/json" }, body });
      return { status: answer.status, body: (await answer.json()) as { choices: { message: { content: string } }[] } };
    };
    // Many at once are answered as each alone, for weights that leave no ties.
    const questions = ["1", "22", "a longer question than the others", "4"];
    const together = await Promise.all(questions.map((question) => ask(question)));
    for (const [i, question] of questions.entries()) {
      assert.equal(together[i]!.status, 200);
      assert.deepEqual((await ask(question)).body, together[i]!.body);
    }
    assert.equal((await ask("1", { temperature: 1 })).status, 400);
    assert.equal((await ask("1", { model: "another" })).status, 404);
    assert.equal((await ask("x".repeat(2000))).status, 400);
  } finally {
    server.kill();
  }
});
