module gorpc.test/generated

go 1.18
