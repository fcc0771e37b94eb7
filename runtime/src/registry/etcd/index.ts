export { etcdRegistry, type EtcdRegistryOptions } from "./etcd-registry.ts";
