/** Filled in by the build; running from the sources there is no version. */
export const VERSION: string = process.env.MEMORY_MANAGER_VERSION ?? '0.0.0';
