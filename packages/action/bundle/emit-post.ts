type Context = { emitFile(file: { type: "asset"; fileName: string; source: string }): string };

/**
 * Writes `post.js`, which runs the one bundle as post. Its name tells the bundle what it is, also
 * where a kill in main's first milliseconds left no state: else post would submit a job.
 */
export function emitPost() {
  const source = 'import "./index.js?post";\n';
  return {
    name: "emit-post",
    generateBundle(this: Context): void {
      this.emitFile({ type: "asset", fileName: "post.js", source });
    },
  };
}
