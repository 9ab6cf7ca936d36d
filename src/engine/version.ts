/** Set when the bundle is built; from sources it is the version under development. */
export const ENGINE_VERSION = process.env.MEMORY_MANAGER_VERSION ?? '0.0.0-development';
