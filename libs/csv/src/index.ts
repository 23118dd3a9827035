export { csvOf, csvRow, csvTable } from './csv.policy.js';
