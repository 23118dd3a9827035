/**
 * The configuration that is in force when there is no file: the simulated provider, so that a first call works without
 * any key or cost. Its prices are made up, so that the bill has something to show.
 */
export const DEFAULT_CONFIGURATION = `version: 1
providers:
  toy: { kind: sim }
models:
  - name: sim-small
    targets:
      - { provider: toy, model: sim-small, price: { inputPerMillion: "0.10", outputPerMillion: "0.40" } }
  - name: sim-large
    targets:
      - { provider: toy, model: sim-large, price: { inputPerMillion: "1.00", outputPerMillion: "4.00" } }
organizations:
  - name: demo
    projects:
      - name: default
`;
