"""Charts and page blocks: typed values in, a plotly Figure or safe HTML out."""
