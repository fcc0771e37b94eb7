module gorpc.bench/netrpc

go 1.19
