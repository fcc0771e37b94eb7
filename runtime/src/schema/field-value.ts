/** The value of a field; a name that every object inherits, like `constructor`, is there only as an own property. */
export function fieldValue(message: object, name: string): unknown {
  return !(name in Object.prototype) || Object.hasOwn(message, name)
    ? (message as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** `record[key] = value`, also for `__proto__`, which an assignment would take for the prototype. */
export function put<V>(record: Record<string, V>, key: string, value: V): void {
  if (key === "__proto__") {
    Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    record[key] = value;
  }
}
