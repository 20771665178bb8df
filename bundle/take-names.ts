interface Context {
  resolve(
    id: string,
    importer: string | undefined,
    options: { skipSelf: true },
  ): Promise<{ id: string } | null>;
}

/**
 * Takes only these names of a package. Of one that is imported on demand, a bundler keeps everything.
 * @param wanted package → the names that are used.
 */
export function takeNames(wanted: Readonly<Record<string, readonly string[]>>) {
  const prefix = "\0names-of:";
  return {
    name: "take-names",
    resolveId: {
      order: "pre" as const,
      async handler(this: Context, id: string, importer: string | undefined) {
        if (!Object.hasOwn(wanted, id)) return undefined;
        const whole = await this.resolve(id, importer, { skipSelf: true });
        return `${prefix}${whole?.id}|${id}`;
      },
    },
    load(id: string) {
      if (!id.startsWith(prefix)) return undefined;
      const [whole, name = ""] = id.slice(prefix.length).split("|");
      const code = `export { ${wanted[name]?.join(", ")} } from ${JSON.stringify(whole)};`;
      return { code, moduleSideEffects: false };
    },
  };
}
