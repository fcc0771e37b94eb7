module gorpc.test/classic-registry

go 1.19
