import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Random } from "../../dist/core/random.js";
import { startCompletionServer } from "../../dist/evaluation/completionServer.js";
import { ggufModel } from "../../dist/evaluation/ggufModel.js";

const folder = mkdtempSync(join(tmpdir(), "gguf-"));
after(() => rmSync(folder, { recursive: true }));

/** Types of a GGUF file's values. */
const [U32, F32, STRING, ARRAY, I32] = [4, 6, 8, 9, 5];
const TEMPLATE =
  "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/** A model of one layer and 32 dimensions with random weights, whose tokens are bytes: small enough to be made here. */
function tinyGguf({ architecture = "llama", template = TEMPLATE as string | null } = {}): Buffer {
  const [width, hidden, heads] = [32, 64, 2];
  const printable = [...Array.from({ length: 94 }, (_, i) => i + 33)].map((code) => String.fromCharCode(code));
  const tokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "Ġ", "Ċ", ...printable];
  const number = (kind: "UInt32" | "Int32" | "Float", value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    if (kind === "UInt32") bytes.writeUInt32LE(value);
    else if (kind === "Int32") bytes.writeInt32LE(value);
    else bytes.writeFloatLE(value);
    return bytes;
  };
  const u32 = (value: number): Buffer => number("UInt32", value);
  const u64 = (value: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    return bytes;
  };
  const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
  const entry = (key: string, type: number, value: Buffer): Buffer => Buffer.concat([text(key), u32(type), value]);
  const list = (type: number, values: readonly Buffer[]): Buffer => Buffer.concat([u32(type), u64(values.length), ...values]);
  const entries = [
    entry("general.architecture", STRING, text(architecture)),
    ...Object.entries({
      context_length: 256,
      embedding_length: width,
      block_count: 1,
      feed_forward_length: hidden,
      "attention.head_count": heads,
      "rope.dimension_count": width / heads,
    }).map(([key, value]) => entry(`${architecture}.${key}`, U32, u32(value))),
    entry(`${architecture}.attention.layer_norm_rms_epsilon`, F32, number("Float", 1e-5)),
    entry("tokenizer.ggml.model", STRING, text("gpt2")),
    entry("tokenizer.ggml.tokens", ARRAY, list(STRING, tokens.map(text))),
    entry(
      "tokenizer.ggml.token_type",
      ARRAY,
      list(
        I32,
        tokens.map((_, i) => number("Int32", i < 3 ? 3 : 1)),
      ),
    ),
    entry("tokenizer.ggml.merges", ARRAY, list(STRING, [text("1 2")])),
    entry("tokenizer.ggml.bos_token_id", U32, u32(1)),
    entry("tokenizer.ggml.eos_token_id", U32, u32(2)),
    ...(template === null ? [] : [entry("tokenizer.chat_template", STRING, text(template))]),
  ];
  const random = Random.seed(1);
  const shapes: readonly (readonly [string, readonly number[]])[] = [
    ["token_embd.weight", [width, tokens.length]],
    ["output_norm.weight", [width]],
    ["blk.0.attn_norm.weight", [width]],
    ["blk.0.ffn_norm.weight", [width]],
    ...["attn_q", "attn_k", "attn_v", "attn_output"].map((name) => [`blk.0.${name}.weight`, [width, width]] as const),
    ["blk.0.ffn_gate.weight", [width, hidden]],
    ["blk.0.ffn_up.weight", [width, hidden]],
    ["blk.0.ffn_down.weight", [hidden, width]],
  ];
  let offset = 0;
  const heads_: Buffer[] = [];
  const data: Buffer[] = [];
  for (const [name, shape] of shapes) {
    const size = shape.reduce((a, b) => a * b);
    heads_.push(Buffer.concat([text(name), u32(shape.length), ...shape.map(u64), u32(0), u64(offset)]));
    data.push(Buffer.from(Float32Array.from({ length: size }, () => (shape.length === 1 ? 1 : random.normal() / 4)).buffer));
    offset += 4 * size;
  }
  const head = Buffer.concat([Buffer.from("GGUF"), u32(3), u64(shapes.length), u64(entries.length), ...entries, ...heads_]);
  return Buffer.concat([head, Buffer.alloc((32 - (head.length % 32)) % 32), ...data]);
}

function file(name: string, content: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

test("a GGUF file answers behind the server: the same reply to the same request, within its tokens, and going on where told", async () => {
  const model = await ggufModel({ path: file("tiny.gguf", tinyGguf()), contextLength: 256 });
  const server = await startCompletionServer({ model });
  const post = async (
    body: object,
  ): Promise<{ status: number; content: string; usage: { completion_tokens: number; prompt_tokens: number } }> => {
    const response = await fetch(`${server.endpoint}/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const reply = (await response.json()) as { choices?: { message: { content: string } }[]; usage: never };
    return { status: response.status, content: reply.choices?.[0].message.content ?? "", usage: reply.usage };
  };
  try {
    assert.equal(model.name, "tiny");
    const messages = [{ role: "user", content: "12+7" }];
    const first = await post({ messages, temperature: 0, max_tokens: 12 });
    await post({ messages: [{ role: "user", content: "something else" }], temperature: 0, max_tokens: 20 });
    assert.deepEqual(await post({ messages, temperature: 0, max_tokens: 12 }), first);
    assert.ok(first.usage.completion_tokens <= 12 && first.usage.completion_tokens > 0);
    // Sampling: the seed decides.
    const drawn = (seed: number) => post({ messages, temperature: 1.5, seed, max_tokens: 12 });
    assert.deepEqual(await drawn(3), await drawn(3));
    assert.notDeepEqual((await drawn(3)).content, (await drawn(4)).content);
    // Going on inside the assistant's message: the shorter reply and the rest are the longer one.
    const short = await post({ messages, temperature: 0, max_tokens: 4 });
    assert.ok(first.content.startsWith(short.content));
    const goesOn = { messages: [...messages, { role: "assistant", content: "12" }], continue_final_message: true };
    assert.equal((await post({ ...goesOn, temperature: 0, max_tokens: 2 })).status, 200);
    // More than the context: refused, not cut.
    assert.equal((await post({ messages: [{ role: "user", content: "1".repeat(300) }], temperature: 0 })).status, 400);
    // A model that never ends is ended by the context.
    const longest = await post({ messages, temperature: 0, max_tokens: 10_000 });
    assert.ok(longest.usage.completion_tokens + longest.usage.prompt_tokens <= 256);
  } finally {
    await server.close();
    await model.dispose();
  }
});

test("a file that is no model is refused in words", async () => {
  const whole = tinyGguf();
  const load = (path: string, more = {}) => ggufModel({ path, ...more });
  await assert.rejects(load(join(folder, "absent.gguf")), /ggufModel: path must be the path of a GGUF file that can be read/);
  await assert.rejects(load(file("text.gguf", "a text")), /path must be a GGUF file, which begins with GGUF/);
  await assert.rejects(
    load(file("cut.gguf", whole.subarray(0, whole.length - 5000))),
    /path must be a whole GGUF file that llama.cpp can load/,
  );
  await assert.rejects(load(file("head.gguf", whole.subarray(0, 60))), /path must be a whole GGUF file that llama.cpp can load/);
  await assert.rejects(
    load(file("other.gguf", tinyGguf({ architecture: "unheard-of" }))),
    /path must be a whole GGUF file that llama.cpp can load/,
  );
  await assert.rejects(load(file("mute.gguf", tinyGguf({ template: null }))), /path must be a file with a chat template/);
  await assert.rejects(load(file("tiny.gguf", whole), { chatTemplate: "{% for" }), /chatTemplate must be a Jinja template/);
  await assert.rejects(
    load(file("tiny.gguf", whole), { lora: file("lora.gguf", whole.subarray(0, 400)) }),
    /lora must be a whole GGUF file/,
  );
  await assert.rejects(load(file("tiny.gguf", whole), { contextLength: 3 }), /contextLength must be/);
});
