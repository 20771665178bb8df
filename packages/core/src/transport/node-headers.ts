/** What ofetch uses of the standard's `Headers`, which would load undici; `node:http` checks the values. */
export class NodeHeaders extends Map<string, string> {
  constructor(init: RequestInit["headers"] = {}) {
    super();
    const pairs = Symbol.iterator in init ? init : Object.entries(init);
    for (const [name = "", value = ""] of pairs) this.set(name, String(value));
  }

  override get(name: string): string | undefined {
    return super.get(name.toLowerCase());
  }

  override has(name: string): boolean {
    return super.has(name.toLowerCase());
  }

  override set(name: string, value: string): this {
    return super.set(name.toLowerCase(), value);
  }
}

/** {@link NodeHeaders} as ofetch takes it, which makes the headers and uses the members that it has. */
export const Headers = NodeHeaders as unknown as typeof globalThis.Headers;
