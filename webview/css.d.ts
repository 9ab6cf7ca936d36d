/** esbuild takes imported style sheets into the bundle's own. */
declare module '*.css';
