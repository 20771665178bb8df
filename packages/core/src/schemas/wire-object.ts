import * as z from "zod/mini";

/**
 * Lets what the wire usually sends pass at once. A union alone tries its alternatives in turn, with an
 * object for each: a third of the time for a full detail (measured).
 */
export function usually<Schema extends z.ZodMiniType>(
  isUsual: (value: unknown) => boolean,
  make: () => Schema,
): z.ZodMiniLazy<Schema> {
  const schema = z.lazy(make);
  const { run } = schema._zod;
  schema._zod.run = (payload, context) =>
    isUsual(payload.value) ? payload : run(payload, context);
  return schema;
}

const anything = z.unknown();
const nothing = z.never();

/** Fields that may each be absent. */
type OptionalFields<Fields extends Record<string, z.ZodMiniType>> = {
  [Name in keyof Fields]: z.ZodMiniOptional<Fields[Name]>;
};

/**
 * `z.looseObject` for an object of the wire, each of whose fields may be absent. It looks at the fields that
 * are there, and gives the object itself where none has to change; anything unusual goes the way of zod,
 * which copies it and goes through all fields one by one (30 µs for a full detail against 6, measured).
 */
export function wireObject<Fields extends Record<string, z.ZodMiniType>>(
  makeFields: () => Fields,
): z.ZodMiniObject<OptionalFields<Fields>, z.core.$loose> {
  let fields: Map<string, z.ZodMiniType> | undefined;
  const all = () => (fields ??= new Map(Object.entries(makeFields())));
  // Only zod's own way needs these; made for every first detail they are a millisecond (measured).
  const toOptional = () =>
    Object.fromEntries([...all()].map(([name, field]) => [name, z.optional(field)]));
  // `fromEntries` forgets which name has which field.
  const schema = makeObject<OptionalFields<Fields>, z.core.$loose>(
    toOptional as () => OptionalFields<Fields>,
    anything,
  );
  const { run } = schema._zod;
  schema._zod.run = (payload, context) => {
    const input: unknown = payload.value;
    if (!isPlainObject(input)) return run(payload, context);
    const known = all();
    let output = input;
    for (const key in input) {
      const field = known.get(key);
      if (field === undefined) {
        if (key === "__proto__") return run(payload, context);
        continue;
      }
      const before = input[key];
      const after = field._zod.run({ value: before, issues: [] }, context);
      if (after instanceof Promise || after.issues.length > 0) return run(payload, context);
      if (after.value === before) continue;
      if (output === input) output = { ...input };
      output[key] = after.value;
    }
    payload.value = output;
    return payload;
  };
  return schema;
}

/** `z.strictObject` whose fields are made when they are first needed. */
export function requestObject<Shape extends z.core.$ZodLooseShape>(
  makeShape: () => Shape,
): z.ZodMiniObject<Shape, z.core.$strict> {
  return makeObject(makeShape, nothing);
}

function makeObject<Shape extends z.core.$ZodLooseShape, Config extends z.core.$ZodObjectConfig>(
  makeShape: () => Shape,
  catchall: z.ZodMiniType,
): z.ZodMiniObject<Shape, Config> {
  let shape: Shape | undefined;
  const schema = new z.ZodMiniObject({
    type: "object",
    get shape() {
      return (shape ??= makeShape());
    },
    catchall,
  });
  // The class takes no type arguments, so that its shape has to be told.
  return schema as unknown as z.ZodMiniObject<Shape, Config>;
}

/** `z.array` for the wire; gives the array itself where none of its members has to change. */
export function wireArray<Member extends z.core.$ZodType>(member: Member) {
  const schema = z.array(member);
  const { run } = schema._zod;
  schema._zod.run = (payload, context) => {
    const input: unknown = payload.value;
    if (!Array.isArray(input)) return run(payload, context);
    let output = input;
    for (const [index, value] of input.entries()) {
      const after = member._zod.run({ value, issues: [] }, context);
      if (after instanceof Promise || after.issues.length > 0) return run(payload, context);
      if (after.value === value) continue;
      if (output === input) output = [...input];
      output[index] = after.value;
    }
    payload.value = output;
    return payload;
  };
  return schema;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}
