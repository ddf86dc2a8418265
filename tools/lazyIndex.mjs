/**
 * @file The compiled index, made to load a file of the library when one of its names is first used.
 *
 * The compiler writes one `require` for each file that the index names, and a getter for each name. All of them at once take 0.2 s and more,
 * though a program uses a few. Here the requires move into the getters: same names, same values, same line numbers.
 */

const REQUIRE = /^(?:var|const) (\w+) = require\("(\.[^"]+)"\);$/;
const GETTER = /(get: function \(\) \{ return )(\w+)(\.\w+; \} \}\);)$/;

/**
 * The text of an index whose files are loaded on first use; a text that is so already comes back unchanged.
 * @throws Error when a line uses a file in a way that is not known here: a changed compiler must not lead to a broken index
 */
export function lazyIndex(text) {
  const files = new Map();
  const lines = text.split("\n").map((line) => {
    const [, name, path] = REQUIRE.exec(line) ?? [];
    if (name === undefined) return line;
    files.set(name, path);
    return `var ${name};`;
  });
  if (files.size === 0) return text;
  return lines
    .map((line) => {
      if (/^var \w+;$/.test(line)) return line;
      const lazy = line.replace(GETTER, (whole, before, name, after) =>
        files.has(name) ? `${before}(${name} ??= require("${files.get(name)}"))${after}` : whole,
      );
      // Outside the getters that were just rewritten no file may be touched.
      const rest = lazy === line ? line : "";
      const touched = [...rest.matchAll(/\b(\w+_\d+)\b/g)].find(([, name]) => files.has(name));
      if (touched) throw new Error(`lazyIndex: every line that uses a file must be a getter, got: ${line.slice(0, 120)}`);
      return lazy;
    })
    .join("\n");
}
