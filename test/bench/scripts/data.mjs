// The data files of the npm package vega-datasets.
export const dataset = name => new URL(`../data/${name}`, import.meta.resolve('vega-datasets'));
