/** Makes a value when it is first asked for: to make all schemas takes longer than to load the rest of core. */
export function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}
