/**
 * Takes Node's modules from `process.getBuiltinModule`: an import fires every lazy getter of the module
 * (`node:fs` 3 ms, `node:http` 30 ms for undici on Node 22 and 24, measured).
 */
export function plainBuiltins() {
  return {
    name: "plain-builtins",
    renderChunk: (code: string) =>
      code.replaceAll(
        /^import (?:\* as (\w+)|\{([^}]*)\}|(\w+)) from "(node:[\w/]+)";$/gm,
        (_, all?: string, some?: string, whole?: string, name?: string) =>
          `const ${all ?? whole ?? `{${some?.replaceAll(" as ", ": ")}}`} = globalThis.process.getBuiltinModule("${name}");`,
      ),
  };
}
