const name = 'saasllm.key';

/** The key that was signed in with: for this tab and until it is closed, never in an address or on disk. */
export const storedKey = () => sessionStorage.getItem(name);

export const storeKey = (key: string) => sessionStorage.setItem(name, key);

export const forgetKey = () => sessionStorage.removeItem(name);
