/**
 * @file The compiled index, made to load a file of the library when one of its names is first used.
 *
 * The compiler writes one `require` for each file that an index names, and a getter for each name. All of them at once take 0.2 s and more,
 * though a program uses a few. Here each `require` waits until a getter asks: same names, same values, same line numbers. The getters stay
 * as they are, since Node before 24 reads from their text which names an ES module can import; a group (`export * as`) gets one like them.
 */

const REQUIRE = /^(?:var|const) (\w+) = require\("(\.[^"]+)"\);$/;
const GROUP = /^exports\.(\w+) = __importStar\(require\("(\.[^"]+)"\)\);$/;
const GETTER = /^Object\.defineProperty\(exports, "\w+", \{ enumerable: true, get: function \(\) \{ return \w+\.\w+; \} \}\);$/;

/** Stands for a file until one of its names is read. */
const LAZILY = "const lazily = (load) => { let file; return new Proxy({}, { get: (_, name) => (file ??= load())[name] }); };";

/**
 * The text of an index whose files are loaded on first use; a text that is so already comes back unchanged.
 * @throws Error when a line uses a file in a way that is not known here: a changed compiler must not lead to a broken index
 */
export function lazyIndex(text) {
  const files = new Set();
  let grouped = false;
  const lines = text.split("\n").map((line) => {
    const [, group, folder] = GROUP.exec(line) ?? [];
    if (group !== undefined) {
      grouped = true;
      const getter = `Object.defineProperty(exports, "${group}", { enumerable: true, get: function () { return ${group}_group.names; } });`;
      return `const ${group}_group = { get names() { return require("${folder}"); } }; ${getter}`;
    }
    const [, name, path] = REQUIRE.exec(line) ?? [];
    if (name === undefined) return line;
    files.add(name);
    return `const ${name} = lazily(() => require("${path}"));`;
  });
  if (files.size === 0) return grouped ? lines.join("\n") : text;
  for (const line of lines) {
    if (GETTER.test(line) || line.includes(" = lazily(") || line.includes("_group = {")) continue;
    if ([...line.matchAll(/\b(\w+_\d+)\b/g)].some(([, name]) => files.has(name)))
      throw new Error(`lazyIndex: every line that uses a file must be a getter, got: ${line.slice(0, 120)}`);
  }
  lines[0] += ` ${LAZILY}`;
  return lines.join("\n");
}
