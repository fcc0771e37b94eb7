module gorpc.test/rpc

go 1.19
