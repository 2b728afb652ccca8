# Completion of gotrdns in fish. gotrdns itself says what fits, so that this file suits whatever
# version of it is installed.
if command --query gotrdns
    env _GOTRDNS_COMPLETE=fish_source gotrdns | source
end
