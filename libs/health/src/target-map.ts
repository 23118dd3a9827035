/** Values by target. Two steps instead of a joined key: it is asked for every candidate of every decision. */
export class TargetMap<Value> {
  private readonly byProvider = new Map<string, Map<string, Value>>();

  get(provider: string, model: string): Value | undefined {
    return this.byProvider.get(provider)?.get(model);
  }

  set(provider: string, model: string, value: Value): void {
    const byModel = this.byProvider.get(provider);
    if (byModel) byModel.set(model, value);
    else this.byProvider.set(provider, new Map([[model, value]]));
  }

  delete(provider: string, model: string): void {
    this.byProvider.get(provider)?.delete(model);
  }

  clear(): void {
    this.byProvider.clear();
  }

  get isEmpty(): boolean {
    return this.byProvider.size === 0;
  }

  *entries(): IterableIterator<{ provider: string; model: string; value: Value }> {
    for (const [provider, byModel] of this.byProvider) {
      for (const [model, value] of byModel) yield { provider, model, value };
    }
  }
}
