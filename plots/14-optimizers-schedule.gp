# 14-optimizers-schedule: warm-up and cosine. Columns: step, rate.
yname = 'learning rate'
load 'plots/curves.gp'
