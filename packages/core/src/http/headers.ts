const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// Tab, visible ASCII and latin1, as Node's own check: anything else could forge a header line.
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const OUTER_SPACE = /^[\t\n\r ]+|[\t\n\r ]+$/g;

function toName(name: string): string {
  if (!TOKEN.test(name)) {
    throw new TypeError(`Not a valid header name: ${JSON.stringify(name)}`);
  }
  return name.toLowerCase();
}

function toValue(name: string, value: string): string {
  const trimmed = value.replace(OUTER_SPACE, "");
  // The value stays out of the message: it may be a token.
  if (!VALUE.test(trimmed)) {
    throw new TypeError(`The value of the header ${name} holds a character no header may hold`);
  }
  return trimmed;
}

/**
 * The `Headers` of the transport: the standard's interface without waking up the runtime's own,
 * which loads undici (some 30 ms on Node 20, measured).
 *
 * A name or value that could forge another header line (CR, LF, NUL) is refused with a `TypeError`
 * that does not show the value.
 */
export class NodeHeaders implements Headers {
  readonly #values: Map<string, string> = new Map();

  constructor(init?: ConstructorParameters<typeof Headers>[0]) {
    if (init == null) return;
    if (init instanceof NodeHeaders) {
      this.#values = new Map(init.#values);
      return;
    }
    if (Symbol.iterator in init) {
      for (const [name = "", value = ""] of init) {
        this.append(name, value);
      }
      return;
    }
    for (const [name, value] of Object.entries(init)) this.append(name, String(value));
  }

  append(name: string, value: string): void {
    const key = toName(name);
    const present = this.#values.get(key);
    const added = toValue(key, value);
    this.#values.set(key, present === undefined ? added : `${present}, ${added}`);
  }

  delete(name: string): void {
    this.#values.delete(toName(name));
  }

  get(name: string): string | null {
    return this.#values.get(toName(name)) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(toName(name));
  }

  set(name: string, value: string): void {
    const key = toName(name);
    this.#values.set(key, toValue(key, value));
  }

  getSetCookie(): string[] {
    const value = this.#values.get("set-cookie");
    return value === undefined ? [] : [value];
  }

  forEach(callback: (value: string, name: string, self: Headers) => void, self?: unknown): void {
    for (const [name, value] of this) {
      callback.call(self, value, name, this);
    }
  }

  keys() {
    return this.#sorted()
      .map(([name]) => name)
      .values();
  }

  values() {
    return this.#sorted()
      .map(([, value]) => value)
      .values();
  }

  entries() {
    return this.#sorted().values();
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  /** The headers as `node:http` takes them: names and values in turn. */
  toList(): string[] {
    const list: string[] = [];
    for (const [name, value] of this.#values) list.push(name, value);
    return list;
  }

  #sorted(): [string, string][] {
    return [...this.#values].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
}
